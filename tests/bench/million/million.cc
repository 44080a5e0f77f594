// million: 1,000,000 people with an address, a number and a consent each through the import stream of the contact service over gRPC, two
// streams, chunks of 500 rows, against PostgreSQL alone on two connections that insert the same rows and events by unnest of 100, made
// beforehand; by turns of 100,000, so that both meet tables of the same size. And whether rate and memory stay what they were.
#include <cstdio>
#include <functional>
#include <thread>

#include "libs/events/append.h"
#include "libs/rpc/peer.h"
#include "libs/rpc/time.h"
#include "services/contact/contact_events.h"
#include "services/contact/contact_service.h"
#include "tests/bench/common/result.h"
#include "tests/bench/common/server.h"
#include "tests/bench/create/servers.h"

std::vector<vefa::postgres::Migration> vefa_contact_migrations();

namespace vefa::bench {
namespace {

constexpr int kTurn = 100'000;
constexpr int kTurns = 10;
constexpr int kHalf = kTurn / 2;  // By each of the two.
constexpr int kPeopleOfChunk = 250;
constexpr int kBatch = 100;

// What is written of a consent: its line, the state, the contact's version, the event.
const postgres::Statement kConsents{
    "bench_million_consents",
    "WITH input AS (SELECT * FROM unnest($2::uuid[], $3::uuid[], $4::bytea[]) AS i(id, event_id, payload)),"
    " line AS (INSERT INTO consent_log (tenant_id, contact_id, purpose, channel, state, source, occur_time, record_time)"
    "   SELECT $1, id, 'news', 1, 1, 'bench', $5, $6 FROM input RETURNING contact_id, line),"
    " present AS (INSERT INTO consent_state (tenant_id, contact_id, purpose, channel, state, source, occur_time, record_time, line)"
    "   SELECT $1, contact_id, 'news', 1, 1, 'bench', $5, $6, line FROM line),"
    " changed AS (UPDATE contact c SET version = 2 FROM input i WHERE c.tenant_id = $1 AND c.id = i.id RETURNING c.id, i.event_id, i.payload),"
    " logged AS (SELECT " VEFA_APPEND_EVENTS("$1, 'contacts/' || id, 2, event_id, 'consent.granted', $5, '', NULL, payload") " FROM changed)"
    " SELECT count(*) FROM logged"};

[[noreturn]] void Fail(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::exit(1);
}
Deadline Long() { return Deadline::After(std::chrono::minutes(10)); }

contact::Contact Person(char who, int number) {
  char phone[16];
  std::snprintf(phone, sizeof phone, "+90532%07d", number);
  contact::Contact person;
  person.external_id = who + std::to_string(number);
  person.display_name = "Person Number " + person.external_id;
  person.email = "person." + person.external_id + "@bench.example";
  person.phone = std::string(phone);
  person.language = "en";
  person.source = "bench";
  return person;
}

void AddRows(const contact::Contact& person, Time said, contact::v1::ImportContactsRequest& request) {
  auto* contact = request.add_rows()->mutable_contact();
  contact->set_external_id(person.external_id);
  contact->set_display_name(person.display_name.Reveal());
  contact->set_email(person.email.Reveal());
  contact->set_phone(person.phone.Reveal());
  contact->set_language(person.language);
  contact->set_source(person.source);
  auto* row = request.add_rows()->mutable_consent();
  row->set_contact_external_id(person.external_id);
  row->mutable_consent()->set_purpose("news");
  row->mutable_consent()->set_channel(contact::v1::CHANNEL_EMAIL);
  row->mutable_consent()->set_state(contact::v1::Consent::STATE_GRANTED);
  row->mutable_consent()->set_source("bench");
  *row->mutable_consent()->mutable_occur_time() = rpc::ToProto(said);
}

// One stream of chunks, each answered before the next.
void Import(const rpc::Peer& peer, const Uuid& tenant, Time said, int first) {
  auto stub = contact::v1::ContactService::NewStub(peer.channel());
  grpc::ClientContext context;
  peer.Prepare(context, tenant, {"*"}, Long());
  auto stream = stub->ImportContacts(&context);
  for (int n = first; n < first + kHalf; n += kPeopleOfChunk) {
    contact::v1::ImportContactsRequest request;
    contact::v1::ImportContactsResponse response;
    for (int i = n; i < n + kPeopleOfChunk; ++i) AddRows(Person('o', i), said, request);
    if (!stream->Write(request) || !stream->Read(&response)) Fail(stream->Finish().error_message());
    if (response.contacts_created() != kPeopleOfChunk || response.consents_recorded() != kPeopleOfChunk) Fail("an import left people out");
  }
  stream->WritesDone();
  if (grpc::Status status = stream->Finish(); !status.ok()) Fail(status.error_message());
}

// A batch of the peer's, with all that can be made before it.
struct Batch {
  std::vector<contact::NewContact> people;
  std::vector<Uuid> ids, events;
  std::vector<std::string> payloads;
};

std::vector<Batch> Prepare(const contact::Sealer& sealer, const Clock& clock, int first) {
  contact::Consent consent;
  consent.purpose = "news";
  consent.channel = contact::Channel::kEmail;
  consent.state = contact::ConsentState::kGranted;
  consent.source = "bench";
  std::vector<Batch> batches;
  for (int n = first; n < first + kHalf; n += kBatch) {
    Batch& batch = batches.emplace_back();
    for (int i = n; i < n + kBatch; ++i) {
      batch.people.push_back(contact::MakeNewContact(sealer, {}, Person('p', i), clock));
      batch.ids.push_back(batch.people.back().contact.id);
      batch.events.push_back(NewUuidV7(clock));
      batch.payloads.push_back(contact::ConsentPayload(batch.ids.back(), consent));
    }
  }
  return batches;
}

void InsertAlone(testing::TestDatabase& database, Time said, const std::vector<Batch>& batches) {
  for (const Batch& batch : batches) {
    std::vector<const contact::NewContact*> people;
    for (const contact::NewContact& each : batch.people) people.push_back(&each);
    std::vector<postgres::Call> calls{contact::InsertContactsCall(database.tenant(), people)};
    calls.push_back({&kConsents, postgres::Bound(database.tenant(), batch.ids, batch.events, postgres::BindBytes(batch.payloads), said, said)});
    auto done = database.service().Run(postgres::Scope::Tenant(database.tenant()), std::move(calls), Long());
    if (!done.ok()) Fail(done.error().message);
  }
}

double ByTwo(const std::function<void(int)>& work) {
  return Seconds([&] {
    std::thread other([&] { work(1); });
    work(0);
    other.join();
  });
}

void Run() {
  testing::TestDatabase database(vefa_contact_migrations());
  Server server = StartContact(database);
  SystemClock clock;
  rpc::PrincipalKey key(kSecret);
  rpc::Peer peer("127.0.0.1:" + std::to_string(server.port), key, "bench");
  contact::PiiKeys keys(database.service(), clock, kSecret);
  auto sealer = keys.ForTenant(database.tenant(), Long());
  if (!sealer.ok()) Fail(sealer.error().message);
  const Time said = clock.Now() - std::chrono::hours(1);
  const int turns = Rounds(kTurns);
  double ours = 0, alone = 0, first = 0, last = 0, memory_before = 0;
  for (int turn = 0; turn < turns; ++turn) {
    const int begin = turn * kTurn;
    const double took = ByTwo([&](int which) { Import(peer, database.tenant(), said, begin + which * kHalf); });
    ours += took;
    last = kTurn / took;
    if (turn == 0) first = last;
    if (turn == 0) memory_before = server.ResidentMegabytes();
    const std::vector<Batch> made[] = {Prepare(**sealer, clock, begin), Prepare(**sealer, clock, begin + kHalf)};
    alone += ByTwo([&](int which) { InsertAlone(database, said, made[which]); });
    std::fprintf(stderr, "%d people: %.0f a second, PostgreSQL alone %.0f together, %.1f MB\n", begin + kTurn, last, (begin + kTurn) / alone,
                 server.ResidentMegabytes());
  }
  const double people = static_cast<double>(turns) * kTurn;
  if (database.Count("SELECT count(*) FROM contact WHERE version = 2") != static_cast<int64_t>(2 * people)) Fail("somebody is missing");
  Print("import_million", people / ours, "people/s", "the same rows and events by unnest of 100 on two connections", people / alone);
  Print("import_million_pace", last, "people/s", "the first tenth of it", first);
  Print("import_million_memory", server.ResidentMegabytes(), "MB", "after the first tenth", memory_before);
  server.Kill();
}

}  // namespace
}  // namespace vefa::bench

int main() {
  vefa::bench::Run();
  return 0;
}
