// The erasing half of search_index.h.
#include "services/contact/search/search_index.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Statement;

// Of a contact that is being erased: its words are held first, so that the statement after sees how many have them.
const Statement kHoldWords{
    "search_hold_words",
    "SELECT 1 FROM search_contact s, unnest(string_to_array(s.words, chr(10))) AS k(word), search_vocabulary v"
    " WHERE s.tenant_id = $1 AND s.contact_id = $2 AND v.tenant_id = $1 AND v.word = k.word"
    " ORDER BY v.word FOR UPDATE OF v"};
const Statement kEraseWords{
    "search_erase_words",
    "WITH gone AS (DELETE FROM search_contact WHERE tenant_id = $1 AND contact_id = $2 RETURNING name_key, words),"
    " had AS (SELECT name_key, word COLLATE \"C\" AS word FROM gone, unnest(string_to_array(words, chr(10))) AS k(word)),"
    " hits AS (DELETE FROM search_word w USING had h WHERE w.tenant_id = $1 AND w.word = h.word"
    "  AND w.name_key = h.name_key AND w.contact_id = $2),"
    " fewer AS (UPDATE search_vocabulary v SET contacts = v.contacts - 1 FROM had h"
    "  WHERE v.tenant_id = $1 AND v.word = h.word AND v.contacts > 1),"
    " nobodys AS (DELETE FROM search_vocabulary v USING had h WHERE v.tenant_id = $1 AND v.word = h.word AND v.contacts <= 1"
    "  RETURNING v.word)"
    " DELETE FROM search_typo t USING nobodys n WHERE t.tenant_id = $1 AND t.word = n.word"};

}  // namespace

std::vector<postgres::Call> EraseWordsCalls(const Uuid& tenant, const Uuid& contact) {
  std::vector<postgres::Call> calls;
  calls.push_back({&kHoldWords, Bound(tenant, contact)});
  calls.push_back({&kEraseWords, Bound(tenant, contact)});
  return calls;
}

}  // namespace vefa::contact
