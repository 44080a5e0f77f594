// serve: what our way of serving adds to gRPC: an echo through rpc::Serve against bare servers; and GetContact of the
// contact service, cold (50,000 by turns from PostgreSQL) and hot (64 over and over, copies in Redis), against the echo.
#include "tests/bench/common/result.h"
#include "tests/bench/create/load.h"
#include "tests/bench/create/servers.h"
#include "tests/bench/serve/echoes.h"

std::vector<vefa::postgres::Migration> vefa_contact_migrations();

namespace vefa::bench {
namespace {

constexpr int kRounds = 5;
constexpr std::chrono::seconds kTime(2);
constexpr size_t kCold = 50000;
constexpr size_t kHot = 64;

struct Contestant {
  Server server;
  const std::vector<std::string>* names;
  std::vector<double> per_second = {}, p99_ms = {};
};

const postgres::Statement kFill{
    "bench_fill",
    "INSERT INTO contact (tenant_id, id, external_id, display_name, email, language, source, search_text, version,"
    " create_time, update_time) SELECT $1, gen_random_uuid(), 'o1-' || n, 'Person Number', 'person@bench.example', 'tr',"
    " '', 'person', 1, now(), now() FROM generate_series(1, $2::int) n RETURNING id"};

std::vector<std::string> MakeContacts(testing::TestDatabase& database) {
  auto rows = database.service().Run(postgres::Scope::Tenant(database.tenant()), kFill,
                                     postgres::Bound(database.tenant(), static_cast<int32_t>(kCold)),
                                     Deadline::After(std::chrono::seconds(60)));
  if (!rows.ok()) std::exit(1);
  std::vector<std::string> names;
  for (int i = 0; i < rows->size(); ++i) names.push_back("contacts/" + rows->Id(i, 0).ToString());
  return names;
}

void Run() {
  testing::TestDatabase database(vefa_contact_migrations());
  std::vector<std::string> names = MakeContacts(database);
  std::vector<std::string> few(names.begin(), names.begin() + kHot);
  Contestant async{StartAsyncEcho(), &few}, bare{StartEcho(), &few}, served{StartServedEcho(database), &few},
      here{StartServedHereEcho(database), &few}, cold{StartContact(database), &names},
      hot{StartContactWithCopies(database), &few};
  std::vector<Contestant*> all{&async, &bare, &served, &here, &cold, &hot};
  for (Contestant* each : all) LoadGet(each->server.port, database.tenant(), *each->names, std::chrono::seconds(1));
  for (int round = 0; round < Rounds(kRounds); ++round)
    for (Contestant* each : all) {
      Served done = LoadGet(each->server.port, database.tenant(), *each->names, kTime);
      each->per_second.push_back(done.per_second);
      each->p99_ms.push_back(done.p99_ms);
    }
  auto against = [](const std::string& name, const Contestant& ours, const std::string& peer, const Contestant& limit) {
    Print(name, Median(ours.per_second), "calls/s", peer, Median(limit.per_second));
  };
  against("echo through rpc::Serve", served, "bare gRPC echo, one completion queue", async);
  against("echo through rpc::Serve where it arrives", here, "bare gRPC echo, one completion queue", async);
  against("echo through rpc::Serve", served, "bare gRPC echo, callbacks", bare);
  against("get_contact cold", cold, "bare gRPC echo, callbacks", bare);
  against("get_contact hot", hot, "bare gRPC echo, callbacks", bare);
  Print("get_contact cold p99", Median(cold.p99_ms), "ms", "the limit", 10);
  Print("get_contact hot p99", Median(hot.p99_ms), "ms", "of the echo", Median(bare.p99_ms));
  for (Contestant* each : all) each->server.Kill();
}

}  // namespace
}  // namespace vefa::bench

int main() {
  vefa::bench::Run();
  return 0;
}
