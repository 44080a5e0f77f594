// consent: CheckConsent of the contact service over gRPC, 1,000 decisions a call, four calls outstanding, against the bare SQL
// of the same decisions on as many connections, made beforehand; how fast consent lines are sealed, against how fast they are
// recorded by the import's statement; and how fast a proof of a million entries is checked from its file.
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <map>
#include <thread>

#include "libs/rpc/peer.h"
#include "services/contact/consent/chain_keeper.h"
#include "services/contact/consent/consent_service.h"
#include "services/contact/consent/proof_key.h"
#include "services/contact/contact_store.h"
#include "tests/bench/common/result.h"
#include "tests/bench/common/server.h"
#include "tests/bench/consent/proof_file.h"

std::vector<vefa::postgres::Migration> vefa_contact_migrations();

namespace vefa::bench {
namespace {

constexpr int kPeople = 50'000;
constexpr int kBatch = 500;
constexpr int kQuestions = 1000;
constexpr int kCallers = 4;
constexpr int kCalls = 60;  // By each caller.
constexpr int kRounds = 5;
constexpr int kProofEntries = 1'000'000;

[[noreturn]] void Fail(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::exit(1);
}
Deadline Long() { return Deadline::After(std::chrono::minutes(5)); }

// What every service would have to do at least: one look into the states for each question.
const postgres::Statement kBare{
    "bench_consent_bare",
    "SELECT c.erase_time, s.state, s.occur_time, s.line"
    " FROM unnest($2::uuid[], $3::text[], $4::smallint[]) WITH ORDINALITY AS q(contact_id, purpose, channel, ord)"
    " LEFT JOIN contact c ON c.tenant_id = $1 AND c.id = q.contact_id"
    " LEFT JOIN consent_state s ON s.tenant_id = $1 AND s.contact_id = q.contact_id AND s.purpose = q.purpose"
    "  AND s.channel = q.channel ORDER BY q.ord"};

Server StartConsents(const testing::TestDatabase& database) {
  return Fork([&](int pipe) {
    House house(database, "vefa.contact.v1.ConsentService");
    contact::PiiKeys keys(house.database, house.clock, kSecret);
    const crypto::SigningKey key = contact::MakeProofKey(kSecret);
    contact::ConsentService service(house.door, house.database, keys, key, house.clock);
    Serve(service, pipe);
  });
}

// Two thirds of all people said something, half of these yes.
std::vector<Uuid> People(testing::TestDatabase& database, const contact::Sealer& sealer, const Clock& clock) {
  std::vector<Uuid> ids;
  for (int n = 0; n < kPeople; n += kBatch) {
    std::vector<contact::Contact> contacts(kBatch);
    for (int i = 0; i < kBatch; ++i) {
      contacts[static_cast<size_t>(i)].external_id = std::to_string(n + i);
      contacts[static_cast<size_t>(i)].display_name = "Person";
      contacts[static_cast<size_t>(i)].email = "person." + std::to_string(n + i) + "@bench.example";
    }
    auto made = postgres::InTransaction(database.service(), postgres::Scope::Tenant(database.tenant()), Long(),
                                        [&](postgres::Transaction& transaction) { return contact::UpsertContacts(transaction, sealer, {}, contacts, clock); });
    if (!made.ok()) Fail(made.error().message);
    for (const contact::Upserted& one : *made) ids.push_back(one.id);
  }
  return ids;
}

double Record(testing::TestDatabase& database, const std::vector<Uuid>& people, const Clock& clock, int round) {
  return Seconds([&] {
    for (size_t n = 0; n < people.size(); n += kBatch) {
      std::vector<contact::ConsentOf> consents;
      for (size_t i = n; i < n + kBatch; ++i) {
        if (i % 3 == 0) continue;
        contact::ConsentOf& of = consents.emplace_back();
        of.contact = people[i];
        of.consent.purpose = "win-back";
        of.consent.channel = contact::Channel::kEmail;
        of.consent.state = i % 2 == 0 ? contact::ConsentState::kGranted : contact::ConsentState::kWithdrawn;
        of.consent.source = "bench";
        of.consent.occur_time = clock.Now() - std::chrono::seconds(1000 - round);
      }
      auto done = postgres::InTransaction(database.service(), postgres::Scope::Tenant(database.tenant()), Long(),
                                          [&](postgres::Transaction& transaction) {
                                            return contact::RecordConsents(transaction, database.tenant(), consents, clock);
                                          });
      if (!done.ok()) Fail(done.error().message);
    }
  });
}

// Lines a second, by one keeper.
double Seal(testing::TestDatabase& database, contact::ChainKeeper& keeper, int lines) {
  int sealed = 0;
  const double seconds = Seconds([&] {
    while (sealed < lines) {
      auto some = keeper.SealSome(database.tenant(), Long());
      if (!some.ok() || *some == 0) Fail("nothing was sealed");
      sealed += *some;
    }
  });
  return sealed / seconds;
}

template <typename Work>
double ByAll(Work work) {
  std::vector<std::thread> threads;
  const double seconds = Seconds([&] {
    for (int caller = 0; caller < kCallers; ++caller) threads.emplace_back([&, caller] { work(caller); });
    for (std::thread& thread : threads) thread.join();
  });
  return kCallers * kCalls * kQuestions / seconds;
}

size_t Whom(int caller, int call, int i, size_t people) {
  return (static_cast<size_t>(caller * kCalls + call) * 7919 + static_cast<size_t>(i) * 31) % people;
}

// Everybody has a second address, of which every other said something alone; the points, in the order of the people.
std::vector<Uuid> SpareAddresses(testing::TestDatabase& database, const std::vector<Uuid>& people) {
  database.Run("INSERT INTO contact_point (tenant_id, contact_id, id, kind, value, label, state, is_primary, create_time, address_hash)"
               " SELECT tenant_id, id, md5(id::text || 'spare')::uuid, 1, 'spare.' || external_id || '@bench.example', '', 1, false, now(),"
               " sha256(('spare' || id)::bytea) FROM contact");
  database.Run("INSERT INTO consent_address (tenant_id, contact_id, point_id, kind, address_hash)"
               " SELECT tenant_id, contact_id, id, kind, address_hash FROM contact_point WHERE NOT is_primary AND get_byte(address_hash, 0) % 2 = 0");
  database.Run("INSERT INTO consent_log (tenant_id, contact_id, purpose, channel, state, source, occur_time, record_time, point_id)"
               " SELECT tenant_id, contact_id, 'win-back', 1, 2, 'bench', now(), now(), point_id FROM consent_address");
  static const postgres::Statement kSpare{"bench_spare_points", "SELECT contact_id, id FROM contact_point WHERE NOT is_primary"};
  auto rows = database.service().Run(postgres::Scope::Tenant(database.tenant()), kSpare, {}, Long());
  if (!rows.ok() || static_cast<size_t>(rows->size()) != people.size()) Fail("the second addresses are not there");
  std::map<Uuid, Uuid> spare;
  for (int i = 0; i < rows->size(); ++i) spare.emplace(rows->Id(i, 0), rows->Id(i, 1));
  std::vector<Uuid> points;
  for (const Uuid& person : people) points.push_back(spare.at(person));
  return points;
}

// Of their points, where any are given.
double CheckByRpc(const testing::TestDatabase& database, const Server& server, const std::vector<Uuid>& people,
                  const std::vector<Uuid>& points = {}) {
  const rpc::PrincipalKey key(kSecret);
  const rpc::Peer peer("127.0.0.1:" + std::to_string(server.port), key, "bench");
  auto stub = contact::v1::ConsentService::NewStub(peer.channel());
  return ByAll([&](int caller) {
    for (int call = 0; call < kCalls; ++call) {
      contact::v1::CheckConsentRequest request;
      for (int i = 0; i < kQuestions; ++i) {
        auto& question = *request.add_questions();
        const size_t whom = Whom(caller, call, i, people.size());
        question.set_contact(ResourceName("contacts", people[whom]));
        if (!points.empty()) question.set_point(question.contact() + "/" + ResourceName("points", points[whom]));
        question.set_purpose("win-back");
        question.set_channel(contact::v1::CHANNEL_EMAIL);
      }
      auto answer = rpc::Call(peer, *stub, &contact::v1::ConsentService::Stub::CheckConsent, request, database.tenant(), {"*"}, Long());
      if (!answer.ok() || answer->decisions_size() != kQuestions) Fail("a check failed");
    }
  });
}

double CheckBare(const testing::TestDatabase& database, const std::vector<Uuid>& people) {
  postgres::Database bare(database.service_conninfo(), kCallers);
  std::vector<std::vector<std::vector<Uuid>>> asked(kCallers, std::vector<std::vector<Uuid>>(kCalls));
  for (int caller = 0; caller < kCallers; ++caller)
    for (int call = 0; call < kCalls; ++call)
      for (int i = 0; i < kQuestions; ++i)
        asked[static_cast<size_t>(caller)][static_cast<size_t>(call)].push_back(people[Whom(caller, call, i, people.size())]);
  const std::vector<std::string> purposes(kQuestions, "win-back");
  const std::vector<int16_t> channels(kQuestions, 1);
  return ByAll([&](int caller) {
    for (const std::vector<Uuid>& ids : asked[static_cast<size_t>(caller)]) {
      auto rows = bare.Run(postgres::Scope::Tenant(database.tenant()), kBare,
                           postgres::Bound(database.tenant(), ids, purposes, channels), Long());
      if (!rows.ok() || rows->size() != kQuestions) Fail("a bare query failed");
    }
  });
}

void Proof() {
  const std::string path = std::filesystem::temp_directory_path() / ("vefa-bench-proof-" + std::to_string(getpid()) + ".jsonl");
  WriteProof(path, kProofEntries);
  std::vector<double> seconds;
  for (int round = 0; round < Rounds(3); ++round) seconds.push_back(CheckProof(path, kProofEntries));
  std::filesystem::remove(path);
  Print("verify_proof_of_a_million", Median(seconds), "s", "the limit", 30);
}

void Run() {
  testing::TestDatabase database(vefa_contact_migrations());
  Server server = StartConsents(database);
  SystemClock clock;
  telemetry::Metrics metrics;
  contact::PiiKeys keys(database.service(), clock, kSecret);
  const crypto::SigningKey key = contact::MakeProofKey(kSecret);
  contact::ChainKeeper keeper(database.pump(), keys, key, clock, metrics, false);
  auto sealer = keys.ForTenant(database.tenant(), Long());
  if (!sealer.ok()) Fail(sealer.error().message);
  const std::vector<Uuid> people = People(database, **sealer, clock);
  std::vector<double> recorded, sealed, checked, bare;
  for (int round = 0; round < Rounds(kRounds); ++round) {
    const int lines = static_cast<int>(people.size() - (people.size() + 2) / 3);
    recorded.push_back(lines / Record(database, people, clock, round));
    sealed.push_back(Seal(database, keeper, lines));
  }
  // A tenth is not to be written to.
  database.Run("INSERT INTO suppression (tenant_id, id, kind, address_hash, purpose, reason, source, actor, create_time)"
               " SELECT tenant_id, gen_random_uuid(), 1, email_hash, '', 2, 'bench', '', now() FROM contact"
               " WHERE right(external_id, 1) = '7'");
  database.Run("ANALYZE");
  CheckByRpc(database, server, people);
  for (int round = 0; round < Rounds(kRounds); ++round) {
    bare.push_back(CheckBare(database, people));
    checked.push_back(CheckByRpc(database, server, people));
  }
  Print("check_consent", Median(checked), "decisions/s", "the bare SQL of the same decisions", Median(bare));
  Print("check_consent", Median(checked), "decisions/s", "the goal", 100'000);
  const std::vector<Uuid> points = SpareAddresses(database, people);
  database.Run("ANALYZE");
  std::vector<double> of_points;
  for (int round = 0; round < Rounds(kRounds); ++round) of_points.push_back(CheckByRpc(database, server, people, points));
  Print("check_consent_of_points", Median(of_points), "decisions/s", "the goal", 100'000);
  Print("seal_consents", Median(sealed), "lines/s", "recording the same lines, 500 a statement", Median(recorded));
  server.Kill();
  Proof();
}

}  // namespace
}  // namespace vefa::bench

int main() {
  vefa::bench::Run();
  return 0;
}
