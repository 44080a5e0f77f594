#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/postgres/database.h"
#include "libs/postgres/migrate.h"

namespace vefa::testing {

// The engines `./vefa test` started. A test that needs one and finds it missing fails: it is
// never skipped in silence.
std::string PostgresAdmin();  // VEFA_TEST_POSTGRES_ADMIN: a superuser's conninfo URI
std::string KafkaBrokers();   // VEFA_TEST_KAFKA
std::string RedisAddress();   // VEFA_TEST_REDIS

// A database of one test's own, migrated, with its roles, gone when the object is. `tenant` exists
// in it; so does `other_tenant`.
class TestDatabase {
 public:
  // The ledger's migrations and then the service's own.
  explicit TestDatabase(std::vector<postgres::Migration> migrations);
  ~TestDatabase();

  postgres::Database& service() { return *service_; }
  postgres::Database& pump() { return *pump_; }
  postgres::Database& owner() { return *owner_; }
  const std::string& service_conninfo() const { return service_conninfo_; }
  const std::string& pump_conninfo() const { return pump_conninfo_; }
  Uuid tenant() const { return tenant_; }
  Uuid other_tenant() const { return other_tenant_; }

  // The first column of the first row of a query, run as the superuser, past row-level security.
  int64_t Count(const std::string& sql);
  void Run(const std::string& sql);

 private:
  std::string name_;
  Uuid tenant_;
  Uuid other_tenant_;
  std::string service_conninfo_;
  std::string pump_conninfo_;
  std::unique_ptr<postgres::Connection> admin_;
  std::unique_ptr<postgres::Database> owner_;
  std::unique_ptr<postgres::Database> service_;
  std::unique_ptr<postgres::Database> pump_;
};

// Creates a topic with a name of this test's own and returns the name.
std::string TestTopic(const std::string& prefix, int partitions = 4);

// Waits until the predicate holds; false when the deadline passed first.
bool Eventually(const std::function<bool()>& predicate,
                std::chrono::milliseconds longest = std::chrono::seconds(20));

}  // namespace vefa::testing
