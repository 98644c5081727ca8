"""Mutations of the rules of who may charge: list, cache, offline. The columns: see mutation.py."""

from host_tests.mutations.mutation import Mutation

UPDATE = "core/list_update.py"
LISTED = "core/local_list.py"
CACHE = "core/tag_cache.py"
TAGS = "core/tags.py"
DECIDES = "core/authorisation.py"
KNOWN = "known.py"
LIST_AND_CALLS = "local_list unit/ocpp/test_local_list.py"

# fmt: off
MUTATIONS = (
    Mutation(
        "list_written_in_place", "a file that counts is never written over",
        UPDATE, "slot = (2 if counts == 1 else 1) if data else 0", "slot = 1 if data else 0",
        "local_list",
    ),
    Mutation(
        "list_counts_before_its_head", "nothing of an update counts before its head is written",
        UPDATE, "    if kept:\n        listed.head = head\n", "    listed.head = head\n",
        "local_list",
    ),
    Mutation(
        "longer_list_keeps_strangers", "an idTag is in one bucket only",
        UPDATE, "_strangers(piece, bucket, head.bits) if spread else []", "[]",
        "local_list",
    ),
    Mutation(
        "doubled_idtags_accepted", "an idTag twice in one message fails",
        UPDATE, "kept = not _has_doubles(news) and ", "kept = ", "local_list",
    ),
    Mutation(
        "list_without_bound", "LocalAuthListMaxLength",
        UPDATE, "    if kept and head.count <= most:", "    if kept:", "local_list",
    ),
    Mutation(
        "list_takes_the_last_room", "lists leave the room of what bills alone",
        UPDATE, "min(_KEEP_BYTES, room[1] // 4)", "0", "local_list",
    ),
    Mutation(
        "empty_list_has_a_version", "an empty list has version 0",
        UPDATE, "head.version = version if head.count else 0", "head.version = version",
        "local_list",
    ),
    Mutation(
        "older_head_counts", "the newest list counts",
        LISTED, "head.generation > self.head.generation", "self.head.generation == 0",
        "local_list",
    ),
    Mutation(
        "rubbish_of_a_cut_stays", "what a cut left is removed",
        LISTED, "            if not self._counts(name):", "            if False:", "local_list",
    ),
    Mutation(
        "damaged_list_goes_unnoticed", "a damaged list asks for a new one",
        LISTED, "            self.head.version = 0\n", "", "local_list",
    ),
    Mutation(
        "expires_too_late", "an idTag expires at its time",
        TAGS, "int(text[1:], 16) <= utc_s", "int(text[1:], 16) < utc_s", "local_list",
    ),
    Mutation(
        "idtags_by_case", "idTags are compared without regard to case",
        TAGS, "return tag.lower().encode()", "return tag.encode()", "local_list",
    ),
    Mutation(
        "same_word_wears_flash", "a word that is known already writes nothing",
        CACHE, "        if before == entry:\n            return\n", "", "tag_cache",
    ),
    Mutation(
        "oldest_goes_before_invalid", "what is not accepted is forgotten first",
        CACHE, "if tags.meaning(entry, utc_s)[0] != tags.ACCEPTED:", "if False:", "tag_cache",
    ),
    Mutation(
        "blocked_may_begin_off_line", "an idTag known as blocked may not begin off line",
        DECIDES, "elif status == ACCEPTED and (word is None or ", "elif (word is None or ",
        "authorisation",
    ),
    Mutation(
        "early_start_off_line", "LocalPreAuthorize is for on line",
        DECIDES, 'get("LocalPreAuthorize") and self._reachable():', 'get("LocalPreAuthorize"):',
        "authorisation",
    ),
    Mutation(
        "listed_idtags_cached", "what is in the list is not in the cache",
        KNOWN, 'elif self._settings.get("AuthorizationCacheEnabled") and',
        'if self._settings.get("AuthorizationCacheEnabled") and', LIST_AND_CALLS,
    ),
    Mutation(
        "concurrent_cached", "ConcurrentTx is of its moment",
        KNOWN, "if status == tags.CONCURRENT:", "if False:", LIST_AND_CALLS,
    ),
    Mutation(
        "cache_takes_the_last_room", "the cache leaves the room of what bills alone",
        KNOWN, 'return self._journal.facts()["shortage"] == 0 and self._journal.trouble is None',
        "return True", LIST_AND_CALLS,
    ),
)
# fmt: on
