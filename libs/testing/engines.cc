#include "libs/testing/engines.h"

#include <condition_variable>
#include <cstdlib>
#include <mutex>

#include "libs/base/check.h"
#include "libs/base/text.h"
#include "libs/kafka/admin.h"
#include "libs/testing/soon.h"

std::vector<vefa::postgres::Migration> vefa_events_migrations();

namespace vefa::testing {
namespace {

std::string Required(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') {
    std::fprintf(stderr, "%s is not set: run the engine tests by ./vefa test engine\n", name);
    std::abort();
  }
  return value;
}

std::unique_ptr<postgres::Connection> Connect(const std::string& conninfo) {
  auto connection = postgres::Connection::Open(conninfo, Soon());
  if (!connection.ok()) std::fprintf(stderr, "%s\n", connection.error().message.c_str());
  VEFA_CHECK_OK(connection);
  return *std::move(connection);
}

// `postgresql://user:password@host:port/base?x` with another user, password and database.
std::string Conninfo(const std::string& admin, const std::string& role, const std::string& database) {
  size_t at = admin.find('@');
  size_t slash = admin.find('/', at);
  size_t query = admin.find('?', slash);
  std::string rest = query == std::string::npos ? "" : admin.substr(query);
  return "postgresql://" + role + ":test@" + admin.substr(at + 1, slash - at - 1) + "/" + database + rest;
}

std::string Suffix() {
  std::string bytes(6, '\0');
  RandomBytes(reinterpret_cast<uint8_t*>(bytes.data()), bytes.size());
  return ToHex(bytes);
}

void Must(const Status& status);

// No migration may add a table of tenants' rows and forget to protect it. Two tables of notification
// hold no more of a tenant than that it exists.
void ExpectProtected(postgres::Connection& connection) {
  static const postgres::Statement kUnprotected{
      "test_unprotected",
      "SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'"
      " WHERE c.relkind IN ('r', 'p') AND NOT c.relforcerowsecurity"
      " AND c.relname NOT IN ('tenant_ordinal', 'send_lane')"};
  auto rows = connection.Execute(kUnprotected, {}, Soon());
  if (!rows.ok()) Must(rows.error());
  for (int i = 0; i < rows->size(); ++i)
    std::fprintf(stderr, "the table %s has a tenant_id and no protect_tenant_rows\n", rows->String(i, 0).c_str());
  VEFA_CHECK(rows->empty());
}

void Must(const Status& status) {
  if (status.ok()) return;
  Error error = status.error();
  std::fprintf(stderr, "%s: %s\n", error.message.c_str(), error.metadata["detail"].c_str());
  std::abort();
}

}  // namespace

std::string PostgresAdmin() { return Required("VEFA_TEST_POSTGRES_ADMIN"); }
std::string KafkaBrokers() { return Required("VEFA_TEST_KAFKA"); }
std::string RedisAddress() { return Required("VEFA_TEST_REDIS"); }

TestDatabase::TestDatabase(std::vector<postgres::Migration> migrations) : name_("vefa_test_" + Suffix()) {
  SystemClock clock;
  tenant_ = NewUuidV7(clock);
  other_tenant_ = NewUuidV7(clock);
  std::string admin = PostgresAdmin();
  admin_ = Connect(admin);
  for (const char* role : {"_owner", "_service", "_pump"})
    Must(admin_->ExecuteScript("CREATE ROLE " + name_ + role + " LOGIN PASSWORD 'test'", Soon()));
  Must(admin_->ExecuteScript("CREATE DATABASE " + name_ + " OWNER " + name_ + "_owner", Soon()));
  service_conninfo_ = Conninfo(admin, name_ + "_service", name_);
  pump_conninfo_ = Conninfo(admin, name_ + "_pump", name_);
  std::string owner = Conninfo(admin, name_ + "_owner", name_);
  owner_ = std::make_unique<postgres::Database>(owner, 2);
  service_ = std::make_unique<postgres::Database>(service_conninfo_, 8);
  pump_ = std::make_unique<postgres::Database>(pump_conninfo_, 8);
  std::vector<postgres::Migration> all = vefa_events_migrations();
  all.insert(all.end(), migrations.begin(), migrations.end());
  auto connection = Connect(owner);
  auto applied = postgres::Migrate(*connection, all, name_ + "_service", name_ + "_pump");
  if (!applied.ok()) Must(applied.error());
  Must(connection->ExecuteScript("INSERT INTO tenant (id, slug) VALUES ('" + tenant_.ToString() + "', 'one'), ('" +
                                     other_tenant_.ToString() + "', 'two')",
                                 Soon()));
  ExpectProtected(*connection);
  // From here on the superuser looks into this database.
  size_t at = admin.find('@');
  size_t slash = admin.find('/', at);
  size_t query = admin.find('?', slash);
  admin_ = Connect(admin.substr(0, slash + 1) + name_ + (query == std::string::npos ? "" : admin.substr(query)));
}

TestDatabase::~TestDatabase() {
  owner_.reset();
  service_.reset();
  pump_.reset();
  admin_ = Connect(PostgresAdmin());
  Must(admin_->ExecuteScript("DROP DATABASE " + name_ + " WITH (FORCE)", Soon()));
  for (const char* role : {"_owner", "_service", "_pump"})
    Must(admin_->ExecuteScript("DROP ROLE " + name_ + role, Soon()));
}

int64_t TestDatabase::Count(const std::string& sql) {
  // Each text is another statement; the name must differ with it.
  std::string name = "count_" + std::to_string(std::hash<std::string>{}(sql));
  postgres::Statement statement{name.c_str(), sql.c_str(), false};
  auto rows = admin_->Execute(statement, {}, Soon());
  if (!rows.ok()) Must(rows.error());
  return rows->Int64(0, 0);
}

void TestDatabase::Run(const std::string& sql) { Must(admin_->ExecuteScript(sql, Soon())); }

std::string TestTopic(const std::string& prefix, int partitions) {
  std::string name = prefix + "." + Suffix();
  auto created = kafka::ApplyTopics(KafkaBrokers(), {{name, partitions, 1}}, Soon());
  if (!created.ok()) Must(created.error());
  return name;
}

bool Eventually(const std::function<bool()>& predicate, std::chrono::milliseconds longest) {
  Deadline deadline = Deadline::After(longest);
  std::mutex mutex;
  std::condition_variable never;
  while (!deadline.Passed()) {
    if (predicate()) return true;
    std::unique_lock lock(mutex);
    never.wait_for(lock, std::chrono::milliseconds(10));
  }
  return predicate();
}

}  // namespace vefa::testing
