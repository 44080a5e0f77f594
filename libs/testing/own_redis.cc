#include "libs/testing/own_redis.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vector>

#include "libs/base/check.h"
#include "libs/testing/engines.h"

extern char** environ;

namespace vefa::testing {
namespace {

sockaddr_in Local(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

// One that nobody listens at now.
int FreePort() {
  int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = Local(0);
  socklen_t size = sizeof address;
  VEFA_CHECK(::bind(socket, reinterpret_cast<sockaddr*>(&address), size) == 0);
  VEFA_CHECK(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  ::close(socket);
  return ntohs(address.sin_port);
}

bool Listens(int port) {
  int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = Local(port);
  bool connected = ::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(socket);
  return connected;
}

}  // namespace

OwnRedis::OwnRedis() : port_(FreePort()) { Start(); }
OwnRedis::~OwnRedis() { Kill(); }

void OwnRedis::Start() {
  std::vector<std::string> words{"redis-server", "--port", std::to_string(port_), "--bind", "127.0.0.1", "--save", "",
                                 "--appendonly", "no"};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  VEFA_CHECK(posix_spawnp(&pid_, "redis-server", &actions, nullptr, arguments.data(), environ) == 0);
  posix_spawn_file_actions_destroy(&actions);
  VEFA_CHECK(Eventually([this] { return Listens(port_); }));
}

void OwnRedis::Kill() {
  if (pid_ == 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = 0;
}
void OwnRedis::Pause() { ::kill(pid_, SIGSTOP); }
void OwnRedis::Continue() { ::kill(pid_, SIGCONT); }

}  // namespace vefa::testing
