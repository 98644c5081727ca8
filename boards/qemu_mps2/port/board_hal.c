// Time for the emulated MPS2, and the start of the application before the prompt.
#include "py/mphal.h"
#include "py/runtime.h"
#include "shared/runtime/pyexec.h"

// FPGAIO (ARM DAI0386): a 25 MHz clock through a prescaler into a 32-bit up-counter.
#define COUNTER (*(volatile uint32_t *)0x40028018)
#define PRESCALER (*(volatile uint32_t *)0x4002801C)

// The counter wraps every 71 minutes: milliseconds are carried on in software, which holds
// as long as somebody asks for the time at least that often.
static uint32_t last_us, rest_us, now_ms;

mp_uint_t mp_hal_ticks_us(void) {
    return COUNTER;
}

mp_uint_t mp_hal_ticks_ms(void) {
    uint32_t us = COUNTER;
    rest_us += us - last_us;
    last_us = us;
    now_ms += rest_us / 1000;
    rest_us %= 1000;
    return now_ms;
}

mp_uint_t mp_hal_ticks_cpu(void) {
    return COUNTER;
}

void mp_hal_delay_us(mp_uint_t us) {
    uint32_t begin = COUNTER;
    while (COUNTER - begin < us) {
    }
}

void mp_hal_delay_ms(mp_uint_t ms) {
    for (; ms > 0; --ms) {
        mp_hal_delay_us(1000);
        mp_handle_pending(true);
    }
}

// littlefs would put a time on each file; this board has no calendar of its own.
uint64_t mp_hal_time_ns(void) {
    return 0;
}

int __real_pyexec_friendly_repl(void);

int __wrap_pyexec_friendly_repl(void) {
    static bool started;
    if (!started) {
        started = true;
        PRESCALER = 24;
        pyexec_frozen_module("boot.py", false);
    }
    return __real_pyexec_friendly_repl();
}
