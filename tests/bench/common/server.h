#pragma once

#include <grpcpp/grpcpp.h>
#include <sys/types.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "libs/rpc/door.h"
#include "libs/rpc/serve.h"
#include "libs/testing/engines.h"

namespace vefa::bench {

inline constexpr char kSecret[] = "0123456789abcdef0123456789abcdef";
inline constexpr int kWorkers = 8;

// A server in a process of its own.
struct Server {
  pid_t pid = 0;
  int port = 0;

  double ResidentMegabytes() const;
  void Kill() const;
};

// Serves until killed; tells its port through the pipe.
[[noreturn]] void Serve(grpc::Service& service, int pipe);

// Runs `body(pipe)`, which ends in Serve, in a process of its own. Before this process has threads of gRPC's.
template <typename Body>
Server Fork(Body body) {
  int ends[2];
  if (pipe(ends) != 0) std::abort();
  Server server;
  server.pid = fork();
  if (server.pid == 0) body(ends[1]);
  if (read(ends[0], &server.port, sizeof server.port) != sizeof server.port) std::abort();
  return server;
}

// What a service of ours has before its handlers, as the host gives it.
struct House {
  House(const testing::TestDatabase& test, const std::string& service)
      : database(test.service_conninfo(), kWorkers + 1), door(service, pool, key, tenants, metrics, clock) {}

  SystemClock clock;
  telemetry::Metrics metrics;
  rpc::PrincipalKey key{kSecret};
  runtime::WorkerPool pool{kWorkers, {.waiting_max = 256, .tenant_max = 128, .wait_max = std::chrono::milliseconds(200)}};
  postgres::Database database;
  rpc::TenantDirectory tenants{database};
  rpc::Door door;
};

}  // namespace vefa::bench
