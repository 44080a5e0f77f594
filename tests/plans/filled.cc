#include "tests/plans/filled.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#include "libs/base/check.h"

std::vector<vefa::postgres::Migration> vefa_contact_migrations();
std::vector<vefa::postgres::Migration> vefa_interaction_migrations();
std::vector<vefa::postgres::Migration> vefa_campaign_migrations();
std::vector<vefa::postgres::Migration> vefa_notification_migrations();
std::vector<vefa::postgres::Migration> vefa_gateway_migrations();

namespace vefa::plans {
namespace {

constexpr int kAtOnce = 2;
constexpr std::chrono::minutes kLongest(5);  // Of one step of a filling.

std::vector<postgres::Migration> MigrationsOf(const std::string& service) {
  if (service == "contact") return vefa_contact_migrations();
  if (service == "interaction") return vefa_interaction_migrations();
  if (service == "campaign") return vefa_campaign_migrations();
  if (service == "notification") return vefa_notification_migrations();
  VEFA_CHECK(service == "gateway");
  return vefa_gateway_migrations();
}

std::string Script(const std::string& name) {
  std::ifstream file(VEFA_SOURCES "/tests/plans/fill/" + name + ".sql");
  VEFA_CHECK(file.is_open());
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// The superuser in the database of a test.
std::unique_ptr<postgres::Connection> Superuser(const testing::TestDatabase& database) {
  const std::string& conninfo = database.service_conninfo();
  std::string admin = testing::PostgresAdmin();
  admin = admin.substr(0, admin.find('@')) + conninfo.substr(conninfo.find('@'));
  auto connection = postgres::Connection::Open(admin, Deadline::After(kLongest));
  VEFA_CHECK_OK(connection);
  return *std::move(connection);
}

void Fill(testing::TestDatabase& database, const std::string& service) {
  auto superuser = Superuser(database);
  auto run = [&](const std::string& sql) {
    Status done = superuser->ExecuteScript(sql, Deadline::After(kLongest));
    if (done.ok()) return;
    Error error = done.error();
    std::fprintf(stderr, "filling %s: %s %s\n", service.c_str(), error.message.c_str(), error.metadata["detail"].c_str());
    std::abort();
  };
  // Foreign keys were true when the numbers were chosen. Nothing of it needs to survive a crash.
  run("SET session_replication_role = replica; SET maintenance_work_mem = '256MB'; SET synchronous_commit = off");
  run(Script("common"));
  run(Script(service));
  run("SELECT fill_end()");
  // Otherwise the server looks at the tables by itself within a minute, at a sample of them, and another plan comes out.
  run("DO $$ DECLARE each regclass; BEGIN"
      " FOR each IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP"
      "  EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = false)', each);"
      " END LOOP; END $$");
  // With this target ANALYZE reads every row of a million, so that no sample's luck changes a plan.
  run("SET default_statistics_target = 3334");
  run("VACUUM (FREEZE, ANALYZE)");
}

}  // namespace

const std::vector<std::string>& Services() {
  static const std::vector<std::string> all{"contact", "notification", "campaign", "interaction", "gateway"};
  return all;
}

FilledDatabases::FilledDatabases() {
  for (const std::string& service : Services())
    databases_[service] = std::make_unique<testing::TestDatabase>(MigrationsOf(service));
  std::atomic<size_t> next{0};
  std::vector<std::thread> workers;
  for (int i = 0; i < kAtOnce; ++i)
    workers.emplace_back([&] {
      for (size_t at = next++; at < Services().size(); at = next++) Fill(of(Services()[at]), Services()[at]);
    });
  for (std::thread& worker : workers) worker.join();
}

}  // namespace vefa::plans
