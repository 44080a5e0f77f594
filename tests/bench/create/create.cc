// create: CreateContact of the contact service, durable and with its event, 64 outstanding, against a bare gRPC server
// that echoes the same message, one statement for each call, and a transaction of four statements for each call; all
// by turns. Also the resident memory of the first two after the load.
#include "tests/bench/common/result.h"
#include "tests/bench/create/load.h"
#include "tests/bench/create/servers.h"

std::vector<vefa::postgres::Migration> vefa_contact_migrations();

namespace vefa::bench {
namespace {

constexpr int kRounds = 5;
constexpr std::chrono::seconds kTime(2);

struct Rates {
  std::vector<double> per_second, p99_ms;
  void Add(const Served& served) {
    per_second.push_back(served.per_second);
    p99_ms.push_back(served.p99_ms);
  }
};

void Run() {
  testing::TestDatabase database(vefa_contact_migrations());
  Server echo = StartEcho();
  Server ours = StartContact(database);
  Server statement = StartStatement(database);
  Server transaction = StartTransaction(database);
  for (const Server& server : {echo, ours, statement, transaction})
    LoadCreate(server.port, database.tenant(), "warm-" + std::to_string(server.port), std::chrono::seconds(1));
  Rates echo_rates, our_rates, statement_rates, transaction_rates;
  for (int round = 0; round < Rounds(kRounds); ++round) {
    std::string number = std::to_string(round);
    our_rates.Add(LoadCreate(ours.port, database.tenant(), "o" + number, kTime));
    echo_rates.Add(LoadCreate(echo.port, database.tenant(), "e" + number, kTime));
    statement_rates.Add(LoadCreate(statement.port, database.tenant(), "s" + number, kTime));
    transaction_rates.Add(LoadCreate(transaction.port, database.tenant(), "t" + number, kTime));
  }
  double rate = Median(our_rates.per_second);
  Print("create_contact", rate, "calls/s", "bare gRPC echo of the same message", Median(echo_rates.per_second));
  Print("create_contact", rate, "calls/s", "one statement for each call", Median(statement_rates.per_second));
  Print("create_contact", rate, "calls/s", "a transaction of four statements for each call",
        Median(transaction_rates.per_second));
  Print("create_contact p99", Median(our_rates.p99_ms), "ms", "the limit", 10);
  Print("create_contact_memory", ours.ResidentMegabytes(), "MB", "bare gRPC server after the same load",
        echo.ResidentMegabytes());
  for (const Server& server : {echo, ours, statement, transaction}) server.Kill();
}

}  // namespace
}  // namespace vefa::bench

int main() {
  vefa::bench::Run();
  return 0;
}
