// Duplicates among a million contacts, of whom one in twenty is there a second time.
#include <set>

#include "libs/testing/engines.h"
#include "libs/text/fold.h"
#include "services/contact/duplicate/duplicate_store.h"
#include "tests/bench/common/result.h"
#include "tests/bench/duplicates/people.h"

std::vector<vefa::postgres::Migration> vefa_contact_migrations();

namespace vefa::bench {
namespace {

constexpr int kPeople = 1'000'000, kPeopleQuick = 30'000;
constexpr int kAgainOneIn = 20;
constexpr size_t kFillBatch = 5000;
// As many as the subscriber hands over at once.
constexpr size_t kBatch = 500;
constexpr double kSecondsMost = 300, kRecallLeast = 0.95, kPrecisionLeast = 0.98;

const postgres::Statement kFillContacts{
    "bench_fill_contacts",
    "INSERT INTO contact (tenant_id, id, external_id, display_name, email, language, source, search_text, phone, version,"
    "  create_time, update_time)"
    " SELECT $1, id, id::text, name, email, 'tr', 'bench', '', phone, 1, now(), now()"
    " FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[]) AS i(id, name, email, phone)"};
const postgres::Statement kFillPoints{
    "bench_fill_points",
    "INSERT INTO contact_point (tenant_id, contact_id, id, kind, value, label, state, is_primary, create_time)"
    " SELECT $1, id, gen_random_uuid(), kind, value, '', 1, true, now()"
    " FROM unnest($2::uuid[], $3::text[], $4::text[]) AS i(id, email, phone),"
    "  LATERAL (VALUES (1, email), (2, phone)) AS p(kind, value) WHERE value <> ''"};

Deadline Long() { return Deadline::After(std::chrono::minutes(30)); }

void Must(const Status& done) {
  if (done.ok()) return;
  const Error& error = done.error();
  std::fprintf(stderr, "%s %s\n", error.message.c_str(),
               error.metadata.contains("detail") ? error.metadata.at("detail").c_str() : "");
  std::exit(1);
}

using Pair = std::pair<Uuid, Uuid>;

class Population {
 public:
  explicit Population(testing::TestDatabase& database) : database_(database) {}

  // Everybody once, and one in twenty a second time.
  void Fill(int people) {
    People made(20261126);
    for (int i = 0; i < people; ++i) {
      Someone someone = made.Next();
      Uuid id = Add(someone);
      if (i % kAgainOneIn == 0) planted_.insert(std::minmax(id, Add(made.Again(someone))));
    }
    Write();
  }
  const std::vector<Uuid>& ids() const { return all_; }
  const std::set<Pair>& planted() const { return planted_; }

 private:
  Uuid Add(const Someone& someone) {
    ids_.push_back(NewUuidV7(clock_));
    names_.push_back(someone.name);
    emails_.push_back(someone.email);
    phones_.push_back(someone.phone);
    Uuid id = ids_.back();
    all_.push_back(id);
    if (ids_.size() == kFillBatch) Write();
    return id;
  }
  void Write() {
    std::vector<postgres::Call> calls;
    calls.push_back({&kFillContacts, postgres::Bound(database_.tenant(), ids_, names_, emails_, phones_)});
    calls.push_back({&kFillPoints, postgres::Bound(database_.tenant(), ids_, emails_, phones_)});
    auto done = database_.service().Run(postgres::Scope::Tenant(database_.tenant()), std::move(calls), Long());
    if (!done.ok()) Must(std::move(done).error());
    ids_.clear(), names_.clear(), emails_.clear(), phones_.clear();
  }

  testing::TestDatabase& database_;
  SystemClock clock_;
  std::vector<Uuid> ids_, all_;
  std::vector<std::string> names_, emails_, phones_;
  std::set<Pair> planted_;
};

// As the subscriber does it: a transaction for each batch.
void Search(testing::TestDatabase& database, const std::vector<Uuid>& ids) {
  SystemClock clock;
  for (size_t n = 0; n < ids.size(); n += kBatch) {
    std::vector<Uuid> batch(ids.begin() + static_cast<std::ptrdiff_t>(n),
                            ids.begin() + static_cast<std::ptrdiff_t>(std::min(ids.size(), n + kBatch)));
    Must(postgres::InTransaction(database.pump(), postgres::Scope::Tenants({database.tenant()}), Long(),
                                 [&](postgres::Transaction& transaction) {
                                   return contact::SearchDuplicates(transaction, database.tenant(), batch, clock);
                                 }));
  }
}

std::set<Pair> Found(testing::TestDatabase& database) {
  std::set<Pair> found;
  contact::DuplicatePage page{.size = 1000};
  while (true) {
    auto part = contact::ListDuplicates(database.service(), database.tenant(), page, Long());
    if (!part.ok()) Must(std::move(part).error());
    for (const contact::Duplicate& each : *part) found.emplace(each.first, each.second);
    if (part->empty()) return found;
    page.after = contact::DuplicatePlace{part->back().score, part->back().id};
  }
}

int Main() {
  testing::TestDatabase database(vefa_contact_migrations());
  Population population(database);
  const int people = Rounds(2) == 1 ? kPeopleQuick : kPeople;
  population.Fill(people);
  // What autovacuum does within a minute of so many rows.
  database.Run("ANALYZE contact, contact_point");
  double seconds = Seconds([&] { Search(database, population.ids()); });
  std::set<Pair> found = Found(database);
  size_t right = 0;
  for (const Pair& pair : found) right += population.planted().contains(pair) ? 1 : 0;
  double share = static_cast<double>(people) / kPeople;
  Print("duplicates, seconds for " + std::to_string(population.ids().size()) + " contacts", seconds, "s", "the limit",
        kSecondsMost * share);
  Print("duplicates, recall of " + std::to_string(population.planted().size()) + " planted",
        static_cast<double>(right) / static_cast<double>(population.planted().size()), "", "the least", kRecallLeast);
  Print("duplicates, precision of " + std::to_string(found.size()) + " suggested",
        static_cast<double>(right) / static_cast<double>(std::max<size_t>(found.size(), 1)), "", "the least", kPrecisionLeast);
  return 0;
}

}  // namespace
}  // namespace vefa::bench

int main() { return vefa::bench::Main(); }
