"""Mutations of the rules of the shared supply and the charging profiles. The columns: see
mutation.py."""

from host_tests.mutations.mutation import Mutation

SHARING = "core/sharing.py"
COMPOSITION = "core/composition.py"
PROFILES = "core/profiles.py"

# fmt: off
MUTATIONS = (
    Mutation(
        "share_before_the_others_followed", "an offer rises when the others have come down",
        SHARING, "room_ma -= granted_ma if granted_ma > may_draw_ma else may_draw_ma",
        "room_ma -= granted_ma", "sharing",
    ),
    Mutation(
        "vehicle_follows_at_once", "a vehicle may take 5 s to draw less",
        SHARING, "if offered_ma < self._may_draw_ma[at] and energised:", "if False:", "sharing",
    ),
    Mutation(
        "share_of_less_than_6_a", "no one is given less than 6 A",
        SHARING, "served + [at for at in wanting if at not in served])[:room]",
        "served + [at for at in wanting if at not in served])", "sharing",
    ),
    Mutation(
        "share_that_stays", "a lower share holds at once",
        SHARING, "            if due_ma < self.granted_ma[at]:\n", "            if False:\n",
        "sharing",
    ),
    Mutation(
        "maximum_waits_for_the_clock", "without a clock the site's lowest limit holds",
        COMPOSITION, "    if head[PURPOSE] != MAX:\n", "    if True:\n", "composition",
    ),
    Mutation(
        "watts_of_one_phase", "watts are spread over all phases",
        COMPOSITION, "else tenths * 100 // (NOMINAL_V * phases)",
        "else tenths * 100 // NOMINAL_V", "composition",
    ),
    Mutation(
        "valid_for_a_second_more", "a profile ends with validTo",
        COMPOSITION, "        if left_s <= 0:\n", "        if left_s < 0:\n", "composition",
    ),
    Mutation(
        "level_that_does_not_count", "the highest stackLevel goes first",
        COMPOSITION, "+ data[STACK]", "- data[STACK]", "composition",
    ),
    Mutation(
        "cleared_profile_comes_back", "what is cleared stays so over a power cut",
        PROFILES, "        if kept:\n            self._keep_list()\n", "", "profiles",
    ),
    Mutation(
        "replaced_profile_comes_back", "what is replaced stays so over a power cut",
        PROFILES, "                if of[SEQ] > head[SEQ]:\n                    return\n", "",
        "profiles",
    ),
)
# fmt: on
