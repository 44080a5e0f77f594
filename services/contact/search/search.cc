#include "services/contact/search/search.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "libs/text/fold.h"
#include "services/contact/search/search_plan.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Call;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

// Contacts that bear one address, and contacts that may not be indexed yet: as many as are looked at.
constexpr int32_t kDirectMax = 50;
constexpr int32_t kNewestMax = 100;
// Words that one typo key may lead to.
constexpr int32_t kTypoMax = 64;
// Hits read in one round trip.
constexpr int32_t kHitsMax = 2 * kFoundMax;
// Words of one search of either sort, with those between the signs of words.
constexpr size_t kTypedMax = 16;

const Statement kDirect{
    "search_direct",
    "SELECT id, display_name FROM contact WHERE tenant_id = $1 AND external_id = $2 AND erase_time IS NULL AND merged_into IS NULL"
    " UNION ALL"
    " (SELECT id, display_name FROM contact WHERE tenant_id = $1 AND email = $3 AND email <> '' AND erase_time IS NULL AND merged_into IS NULL"
    "   ORDER BY id LIMIT $4)"};
const Statement kNewest{
    "search_newest",
    "SELECT n.id, n.display_name, n.email, n.external_id FROM (SELECT * FROM contact WHERE tenant_id = $1"
    "  ORDER BY create_time DESC, id DESC LIMIT $2) n WHERE n.erase_time IS NULL AND n.merged_into IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM search_contact s WHERE s.tenant_id = $1 AND s.contact_id = n.id)"};
const Statement kBeginnings{
    "search_beginnings",
    "SELECT q.text, v.word, v.contacts FROM unnest($2::text[], $3::text[]) AS q(text, past) CROSS JOIN LATERAL"
    " (SELECT word, contacts FROM search_vocabulary WHERE tenant_id = $1 AND word >= q.text AND word < q.past"
    "   ORDER BY word LIMIT $4) v"};
// Of words that are in no vocabulary: how many hits, as far as it matters.
const Statement kUncounted{
    "search_uncounted",
    "SELECT q.text, (SELECT count(*) FROM (SELECT 1 FROM search_word WHERE tenant_id = $1 AND word >= q.text AND word < q.past"
    "  ORDER BY word, name_key, contact_id LIMIT $4) x) FROM unnest($2::text[], $3::text[]) AS q(text, past)"};
// A key is what is left of a word; it may be a word itself, where what was typed has a letter too many.
const Statement kTypos{
    "search_typos",
    "SELECT q.text, t.word, t.contacts FROM unnest($2::text[], $3::text[]) AS q(text, key) CROSS JOIN LATERAL"
    " (SELECT v.word, v.contacts FROM (SELECT word FROM search_typo WHERE tenant_id = $1 AND key = q.key ORDER BY word LIMIT $4) k"
    "   JOIN search_vocabulary v ON v.tenant_id = $1 AND v.word = k.word"
    "  UNION ALL SELECT word, contacts FROM search_vocabulary WHERE tenant_id = $1 AND word = q.key) t"};
const Statement kHits{
    "search_hits",
    "SELECT w.word, w.name_key, w.contact_id FROM unnest($2::text[], $3::text[], $4::int[]) AS q(since, past, most)"
    " CROSS JOIN LATERAL (SELECT word, name_key, contact_id FROM search_word WHERE tenant_id = $1 AND word >= q.since"
    "  AND word < q.past ORDER BY word, name_key, contact_id LIMIT q.most) w LIMIT $5"};
const Statement kHitWords{
    "search_hit_words",
    "SELECT s.words, s.name_key, s.contact_id FROM (SELECT DISTINCT contact_id FROM (SELECT w.contact_id FROM"
    "  unnest($2::text[], $3::text[], $4::int[]) AS q(since, past, most) CROSS JOIN LATERAL (SELECT contact_id"
    "   FROM search_word WHERE tenant_id = $1 AND word >= q.since AND word < q.past"
    "   ORDER BY word, name_key, contact_id LIMIT q.most) w LIMIT $5) x) h"
    " CROSS JOIN LATERAL (SELECT * FROM search_contact c WHERE c.tenant_id = $1 AND c.contact_id = h.contact_id OFFSET 0) s"};

std::string Searched(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

// One search: two round trips, or three where a word of a name goes with one of an address and both are frequent.
class Search {
 public:
  Search(postgres::Database& database, const Uuid& tenant, const std::string& query, Deadline deadline)
      : database_(database), tenant_(tenant), query_(Searched(query)), name_key_(NameKeyOf(query_)), deadline_(deadline) {}

  Result<std::vector<Found>> Run() {
    const std::vector<SearchTerm> terms = TermsOf(query_);
    VEFA_TRY(std::vector<Rows> rows, database_.Run(Scope::Tenant(tenant_), Questions(terms), deadline_));
    for (int i = 0; i < rows[0].size(); ++i) Keep(0, NameKeyOf(rows[0].String(i, 1)), rows[0].Id(i, 0));
    if (!terms.empty()) {
      ChooseWords(terms, rows[2], rows[3], rows[4]);
      ReadNewest(rows[1]);
      VEFA_TRY_OK(ReadHits());
    }
    return Best();
  }

 private:
  // What there is: the very key, what was made last, and the words that could be meant.
  std::vector<Call> Questions(const std::vector<SearchTerm>& terms) {
    std::string email = query_;
    for (char& c : email) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    std::vector<Call> calls;
    calls.push_back({&kDirect, Bound(tenant_, query_, email, kDirectMax)});
    if (terms.empty()) return calls;
    std::vector<std::string> counted, counted_pasts, uncounted, uncounted_pasts, typed, keys;
    auto ask = [&](const std::string& word) {
      std::vector<std::string>& texts = IsCounted(word) ? counted : uncounted;
      if (word.empty() || texts.size() >= kTypedMax || std::find(texts.begin(), texts.end(), word) != texts.end()) return;
      texts.push_back(word);
      (IsCounted(word) ? counted_pasts : uncounted_pasts).push_back(Beginning(word, 0).to);
      for (std::string& key : TypoKeys(word)) {
        typed.push_back(word);
        keys.push_back(std::move(key));
      }
      if (TyposAllowed(word) > 0) {
        typed.push_back(word);
        keys.push_back(word);
      }
    };
    for (const SearchTerm& term : terms) {
      ask(term.whole);
      for (const std::string& part : term.parts) ask(part);
    }
    calls.push_back({&kNewest, Bound(tenant_, kNewestMax)});
    calls.push_back({&kBeginnings, Bound(tenant_, counted, counted_pasts, kBeginningsMax + 1)});
    calls.push_back({&kUncounted, Bound(tenant_, uncounted, uncounted_pasts, static_cast<int32_t>(kRareContacts) + 1)});
    calls.push_back({&kTypos, Bound(tenant_, typed, keys, kTypoMax)});
    return calls;
  }

  // Of words with signs in them either the whole or their parts: whichever there is.
  void ChooseWords(const std::vector<SearchTerm>& terms, const Rows& beginnings, const Rows& uncounted,
                   const Rows& typos) {
    std::unordered_map<std::string, TypedWord> known;
    std::unordered_map<std::string, std::vector<KnownWord>> near;
    for (int i = 0; i < beginnings.size(); ++i)
      known[beginnings.String(i, 0)].beginnings.push_back({beginnings.String(i, 1), beginnings.Int64(i, 2)});
    for (int i = 0; i < uncounted.size(); ++i)
      if (uncounted.Int64(i, 1) > 0) known[uncounted.String(i, 0)].uncounted = uncounted.Int64(i, 1);
    for (int i = 0; i < typos.size(); ++i) near[typos.String(i, 0)].push_back({typos.String(i, 1), typos.Int64(i, 2)});
    auto add = [&](const std::string& text) {
      for (const TypedWord& word : typed_)
        if (word.text == text) return;
      TypedWord word = std::move(known[text]);
      word.text = text;
      word.more_beginnings = word.beginnings.size() > static_cast<size_t>(kBeginningsMax);
      word.typos = NearestTypos(text, near[text]);
      typed_.push_back(std::move(word));
    };
    for (const SearchTerm& term : terms) {
      if (term.parts.empty() || known.contains(term.whole)) {
        add(term.whole);
      } else {
        for (const std::string& part : term.parts) add(part);
      }
    }
  }

  // Contacts whose words are not indexed yet have them here.
  void ReadNewest(const Rows& rows) {
    for (int i = 0; i < rows.size(); ++i) {
      Contact contact;
      contact.display_name = rows.String(i, 1);
      contact.email = rows.String(i, 2);
      contact.external_id = rows.String(i, 3);
      SearchEntry entry = EntryOf(contact);
      Consider(entry.words, entry.name_key, rows.Id(i, 0), true);
    }
  }

  Status ReadHits() {
    for (const TypedWord& word : typed_)
      if (word.Hits() == 0) return Ok();
    if (typed_.size() == 1) return Read(kHits, RangesOf(typed_.front()));
    std::vector<const TypedWord*> rarest;
    for (const TypedWord& word : typed_) rarest.push_back(&word);
    std::stable_sort(rarest.begin(), rarest.end(), [](const auto* a, const auto* b) { return a->Hits() < b->Hits(); });
    if (rarest[0]->Hits() <= kRareContacts) return Read(kHitWords, RangesOf(*rarest[0]));
    // All are frequent: two words of a name are a pair, and of others the rarer one's first hits are looked through.
    VEFA_TRY_OK(Read(typed_.size() == 2 ? kHits : kHitWords, RangesOfPair(*rarest[0], *rarest[1])));
    return found_.empty() ? Read(kHitWords, RangesOf(*rarest[0])) : Ok();
  }

  Status Read(const Statement& statement, const std::vector<WordRange>& ranges) {
    std::vector<std::string> since, past;
    std::vector<int32_t> most;
    for (const WordRange& range : ranges) {
      since.push_back(range.from);
      past.push_back(range.to);
      most.push_back(range.most);
    }
    VEFA_TRY(Rows rows, database_.Run(Scope::Tenant(tenant_), statement, Bound(tenant_, since, past, most, kHitsMax), deadline_));
    for (int i = 0; i < rows.size(); ++i) {
      std::vector<std::string> words = SplitWords(rows.Text(i, 0));
      // A hit of a pair tells both its words.
      if (words.size() == 1 && IsPair(words.front())) words = text::SearchWords(words.front());
      Consider(words, rows.String(i, 1), rows.Id(i, 2), false);
    }
    return Ok();
  }

  void Consider(const std::vector<std::string>& words, std::string name_key, const Uuid& id, bool by_letters) {
    auto fit = FitOf(typed_, words, by_letters);
    if (!fit) return;
    const bool begins = name_key.starts_with(name_key_);
    Keep(1 + 2 * *fit + (begins ? 0 : 1), std::move(name_key), id);
  }

  void Keep(int rank, std::string name_key, const Uuid& id) {
    auto [at, is_new] = found_.try_emplace(id, Found{rank, name_key, id});
    if (!is_new && rank < at->second.rank) at->second = {rank, std::move(name_key), id};
  }

  std::vector<Found> Best() {
    std::vector<Found> best;
    best.reserve(found_.size());
    for (auto& [id, found] : found_) best.push_back(std::move(found));
    std::sort(best.begin(), best.end());
    if (best.size() > static_cast<size_t>(kFoundMax)) best.resize(static_cast<size_t>(kFoundMax));
    return best;
  }

  postgres::Database& database_;
  const Uuid tenant_;
  const std::string query_;
  const std::string name_key_;  // As if it were the beginning of a name.
  const Deadline deadline_;
  std::vector<TypedWord> typed_;
  std::unordered_map<Uuid, Found> found_;
};

}  // namespace

Result<std::vector<Found>> SearchContacts(postgres::Database& database, const Uuid& tenant, const std::string& query,
                                          Deadline deadline) {
  return Search(database, tenant, query, deadline).Run();
}

}  // namespace vefa::contact
