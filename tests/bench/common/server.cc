#include "tests/bench/common/server.h"

#include <signal.h>
#include <sys/wait.h>

#include <fstream>

namespace vefa::bench {

[[noreturn]] void Serve(grpc::Service& service, int pipe) {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  auto server = builder.BuildAndStart();
  if (write(pipe, &port, sizeof port) != sizeof port) _exit(1);
  server->Wait();
  _exit(0);
}

double Server::ResidentMegabytes() const {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  std::string word;
  while (file >> word) {
    if (word != "VmRSS:") continue;
    double kilobytes = 0;
    file >> kilobytes;
    return kilobytes / 1024;
  }
  return 0;
}

void Server::Kill() const {
  kill(pid, SIGKILL);
  waitpid(pid, nullptr, 0);
}

}  // namespace vefa::bench
