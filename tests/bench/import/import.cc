// import: contacts through the import stream of the contact service over gRPC, two streams, chunks of 500 (validation,
// folding, sealing, upsert, ledger, outbox, keys), against PostgreSQL alone on two connections that insert the same rows and
// events by unnest of 100, made beforehand; and against the bare rows by unnest of 100 on one.
#include <cstdio>
#include <functional>
#include <thread>

#include "libs/rpc/peer.h"
#include "services/contact/contact_service.h"
#include "tests/bench/common/result.h"
#include "tests/bench/common/server.h"
#include "tests/bench/create/servers.h"

std::vector<vefa::postgres::Migration> vefa_contact_migrations();

namespace vefa::bench {
namespace {

constexpr int kRows = 20000;  // By each of the two.
constexpr int kRounds = 5;
constexpr int kChunk = 500;
constexpr int kBatch = 100;

const postgres::Statement kUnnest{
    "bench_unnest",
    "INSERT INTO bare (tenant, id, external_id, display_name, email, language, source, search_text, version,"
    " create_time, update_time) SELECT $1, id, external_id, name, email, 'en', 'bench', name, 1, now(), now()"
    " FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[]) AS i(id, external_id, name, email)"};

[[noreturn]] void Fail(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::exit(1);
}
Deadline Long() { return Deadline::After(std::chrono::minutes(5)); }

contact::Contact Person(const std::string& external_id) {
  contact::Contact person;
  person.external_id = external_id;
  person.display_name = "Person Number " + external_id;
  person.email = "person." + external_id + "@bench.example";
  person.language = "en";
  person.source = "bench";
  return person;
}

// One stream of chunks, each answered before the next.
void Import(const rpc::Peer& peer, const Uuid& tenant, const std::string& prefix) {
  auto stub = contact::v1::ContactService::NewStub(peer.channel());
  grpc::ClientContext context;
  peer.Prepare(context, tenant, {"*"}, Long());
  auto stream = stub->ImportContacts(&context);
  for (int n = 0; n < kRows; n += kChunk) {
    contact::v1::ImportContactsRequest request;
    contact::v1::ImportContactsResponse response;
    for (int i = n; i < n + kChunk; ++i) {
      contact::Contact person = Person(prefix + std::to_string(i));
      auto* contact = request.add_rows()->mutable_contact();
      contact->set_external_id(person.external_id);
      contact->set_display_name(person.display_name.Reveal());
      contact->set_email(person.email.Reveal());
      contact->set_language(person.language);
      contact->set_source(person.source);
    }
    if (!stream->Write(request) || !stream->Read(&response)) Fail(stream->Finish().error_message());
    if (response.contacts_created() != kChunk) Fail("an import created too few contacts");
  }
  stream->WritesDone();
  if (grpc::Status status = stream->Finish(); !status.ok()) Fail(status.error_message());
}

std::vector<contact::NewContact> Prepare(const contact::Sealer& sealer, const Clock& clock, const std::string& prefix) {
  std::vector<contact::NewContact> contacts;
  for (int i = 0; i < kRows; ++i)
    contacts.push_back(contact::MakeNewContact(sealer, {}, Person(prefix + std::to_string(i)), clock));
  return contacts;
}

void InsertAlone(testing::TestDatabase& database, const std::vector<contact::NewContact>& contacts) {
  for (size_t n = 0; n < contacts.size(); n += kBatch) {
    std::vector<const contact::NewContact*> batch;
    for (size_t i = n; i < n + kBatch; ++i) batch.push_back(&contacts[i]);
    auto done = database.service().Run(postgres::Scope::Tenant(database.tenant()),
                                       {contact::InsertContactsCall(database.tenant(), batch)}, Long());
    if (!done.ok()) Fail(done.error().message);
  }
}

void Unnest(testing::TestDatabase& database, const Clock& clock, const std::string& prefix) {
  for (int n = 0; n < kRows; n += kBatch) {
    std::vector<Uuid> ids;
    std::vector<std::string> external_ids, names, emails;
    for (int i = n; i < n + kBatch; ++i) {
      contact::Contact person = Person(prefix + std::to_string(i));
      ids.push_back(NewUuidV7(clock));
      external_ids.push_back(person.external_id);
      names.push_back(person.display_name.Reveal());
      emails.push_back(person.email.Reveal());
    }
    auto done = database.service().Run(postgres::Scope::Tenant(database.tenant()), kUnnest,
                                       postgres::Bound(database.tenant(), ids, external_ids, names, emails), Long());
    if (!done.ok()) Fail(done.error().message);
  }
}

// Rows per second of two at the same time.
double ByTwo(const std::function<void(int)>& work) {
  return 2 * kRows / Seconds([&] {
           std::thread other([&] { work(1); });
           work(0);
           other.join();
         });
}

void Run() {
  std::vector<postgres::Migration> migrations = vefa_contact_migrations();
  // The same columns and the two unique keys; no ledger, no search, no row-level security.
  migrations.push_back({"0900_bare",
                        "CREATE TABLE bare (tenant uuid, id uuid, external_id text COLLATE \"C\", display_name text,"
                        " email text, language text, source text, search_text text, version bigint,"
                        " create_time timestamptz, update_time timestamptz, PRIMARY KEY (tenant, id),"
                        " UNIQUE (tenant, external_id)); GRANT ALL ON bare TO ${service};"});
  testing::TestDatabase database(migrations);
  Server server = StartContact(database);
  SystemClock clock;
  rpc::PrincipalKey key(kSecret);
  rpc::Peer peer("127.0.0.1:" + std::to_string(server.port), key, "bench");
  contact::PiiKeys keys(database.service(), clock, kSecret);
  auto sealer = keys.ForTenant(database.tenant(), Long());
  if (!sealer.ok()) Fail(sealer.error().message);
  std::vector<double> ours, alone, bare;
  for (int round = 0; round < Rounds(kRounds); ++round) {
    auto prefix = [round](const char* who, int which) { return who + std::to_string(2 * round + which) + "-"; };
    std::vector<contact::NewContact> made[] = {Prepare(**sealer, clock, prefix("a", 0)),
                                               Prepare(**sealer, clock, prefix("a", 1))};
    ours.push_back(ByTwo([&](int which) { Import(peer, database.tenant(), prefix("o", which)); }));
    alone.push_back(ByTwo([&](int which) { InsertAlone(database, made[which]); }));
    bare.push_back(kRows / Seconds([&] { Unnest(database, clock, prefix("b", 0)); }));
  }
  Print("import_contacts", Median(ours), "contacts/s", "the same rows and events by unnest of 100 on two connections",
        Median(alone));
  Print("import_contacts", Median(ours), "contacts/s", "bare rows by unnest of 100 on one connection", Median(bare));
  server.Kill();
}

}  // namespace
}  // namespace vefa::bench

int main() {
  vefa::bench::Run();
  return 0;
}
