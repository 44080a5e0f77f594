// import: contacts through the whole import path of the contact service (validation, folding,
// upsert, ledger, outbox) against PostgreSQL alone inserting the same columns by unnest of 100.
#include <cstdio>

#include "libs/testing/engines.h"
#include "services/contact/contact_import.h"
#include "tests/bench/common/result.h"

std::vector<vefa::postgres::Migration> vefa_contact_migrations();

namespace vefa {
namespace {

constexpr int kRows = 20000;
constexpr int kRounds = 5;

const postgres::Statement kUnnest{
    "bench_unnest",
    "INSERT INTO bare (tenant, id, external_id, display_name, email, language, source, search_text, version,"
    " create_time, update_time) SELECT $1, id, external_id, name, email, 'en', 'bench', name, 1, now(), now()"
    " FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[]) AS i(id, external_id, name, email)"};

std::string Name(int n) { return "Person Number " + std::to_string(n); }
std::string Address(int n) { return "person." + std::to_string(n) + "@bench.example"; }

void Fail(const Error& error) {
  std::fprintf(stderr, "%s: %s\n", error.reason.c_str(), error.message.c_str());
  std::exit(1);
}

void Import(contact::ContactImport& import, const rpc::CallContext& call, int first) {
  for (int n = first; n < first + kRows; n += 500) {
    contact::v1::ImportContactsRequest request;
    for (int i = n; i < n + 500; ++i) {
      auto* contact = request.add_rows()->mutable_contact();
      contact->set_external_id(std::to_string(i));
      contact->set_display_name(Name(i));
      contact->set_email(Address(i));
      contact->set_source("bench");
    }
    auto done = import.Import(call, request);
    if (!done.ok()) Fail(done.error());
    if (done->contacts_created() != 500) Fail(Internal("NOT_CREATED", "an import created too few contacts"));
  }
}

void Unnest(testing::TestDatabase& database, const Clock& clock, int first) {
  for (int n = first; n < first + kRows; n += 100) {
    std::vector<Uuid> ids;
    std::vector<std::string> external_ids, names, emails;
    for (int i = n; i < n + 100; ++i) {
      ids.push_back(NewUuidV7(clock));
      external_ids.push_back(std::to_string(i));
      names.push_back(Name(i));
      emails.push_back(Address(i));
    }
    auto done = database.service().Run(postgres::Scope::Tenant(database.tenant()), kUnnest,
                                       postgres::Bound(database.tenant(), ids, external_ids, names, emails),
                                       Deadline::After(std::chrono::seconds(30)));
    if (!done.ok()) Fail(done.error());
  }
}

int Main() {
  SystemClock clock;
  std::vector<postgres::Migration> migrations = vefa_contact_migrations();
  // The same columns and the two unique keys; no ledger, no search, no row-level security.
  migrations.push_back({"0900_bare",
                        "CREATE TABLE bare (tenant uuid, id uuid, external_id text COLLATE \"C\", display_name text,"
                        " email text, language text, source text, search_text text, version bigint,"
                        " create_time timestamptz, update_time timestamptz, PRIMARY KEY (tenant, id),"
                        " UNIQUE (tenant, external_id)); GRANT ALL ON bare TO ${service};"});
  testing::TestDatabase database(migrations);
  contact::PiiKeys keys(database.service(), clock, std::string(32, 'k'));
  contact::ContactImport import(database.service(), keys, contact::ContactCopies(), clock);
  rpc::CallContext call;
  call.tenant = database.tenant();
  std::vector<double> ours, bare;
  for (int round = 0; round < kRounds; ++round) {
    call.deadline = Deadline::After(std::chrono::minutes(5));
    ours.push_back(kRows / bench::Seconds([&] { Import(import, call, round * kRows); }));
    bare.push_back(kRows / bench::Seconds([&] { Unnest(database, clock, round * kRows); }));
  }
  bench::Print("import_contacts", bench::Median(ours), "contacts/s", "PostgreSQL alone, unnest of 100", bench::Median(bare));
  return 0;
}

}  // namespace
}  // namespace vefa

int main() { return vefa::Main(); }
