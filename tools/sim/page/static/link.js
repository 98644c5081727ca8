// The line to the sim: what it tells, what it is asked; dialled again when it is lost.

const AGAIN_MS = 1000;

export class Link {
  constructor(heard, changed) {
    this.heard = heard;
    this.changed = changed;
    this.number = 0;
    this.open = new Map();
    this.watched = undefined;
    this.dial();
  }

  dial() {
    const socket = new WebSocket(`ws://${location.host}/live`);
    this.socket = socket;
    socket.onopen = () => {
      this.changed(true);
      if (this.watched !== undefined) this.watch(this.watched);
    };
    socket.onmessage = (event) => this.take(JSON.parse(event.data));
    socket.onclose = () => {
      this.changed(false);
      for (const answered of this.open.values()) answered({ ok: false, error: "the sim went away" });
      this.open.clear();
      setTimeout(() => this.dial(), AGAIN_MS);
    };
  }

  watch(identity) {
    this.watched = identity;
    this.send({ watch: identity });
  }

  // A command of the sim's; its answer, never an exception.
  ask(command) {
    return new Promise((answered) => {
      this.number += 1;
      this.open.set(this.number, answered);
      if (!this.send({ id: this.number, ...command })) {
        this.open.delete(this.number);
        answered({ ok: false, error: "the sim does not answer" });
      }
    });
  }

  send(told) {
    if (this.socket.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(told));
    return true;
  }

  take(told) {
    if (!("answer" in told)) {
      this.heard(told);
      return;
    }
    const answered = this.open.get(told.answer);
    this.open.delete(told.answer);
    if (answered) answered(told);
  }
}
