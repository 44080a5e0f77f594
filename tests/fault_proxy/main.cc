// vefa-fault-proxy: a TCP proxy that harms connections when it is told to.

#include <signal.h>
#include <sys/signalfd.h>

#include <cstdio>
#include <cstdlib>

#include "tests/fault_proxy/proxy.h"

namespace {

constexpr char kUsage[] =
    "Usage: vefa-fault-proxy --control-port N [--link NAME=LISTEN:SERVER | --postgres NAME=LISTEN:SERVER]...\n"
    "  --control-port N   see README.md for what can be asked\n"
    "  --link             carries 127.0.0.1:LISTEN to 127.0.0.1:SERVER\n"
    "  --postgres         the same, and can cut at the moment of a commit\n"
    "Serves until SIGTERM or SIGINT.\n";

bool ParseLink(const std::string& text, bool is_postgres, std::vector<vefa::fault_proxy::LinkSpec>& links) {
  size_t equals = text.find('=');
  size_t colon = text.find(':', equals);
  if (equals == std::string::npos || colon == std::string::npos) return false;
  links.push_back({text.substr(0, equals), std::atoi(text.c_str() + equals + 1), std::atoi(text.c_str() + colon + 1),
                   is_postgres});
  return links.back().listen_port > 0 && links.back().server_port > 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<vefa::fault_proxy::LinkSpec> links;
  int control_port = -1;
  for (int i = 1; i < argc; i += 2) {
    std::string option = argv[i];
    const char* value = i + 1 < argc ? argv[i + 1] : nullptr;
    if (value == nullptr) return std::fputs(kUsage, stderr), 2;
    if (option == "--control-port") {
      control_port = std::atoi(value);
    } else if ((option != "--link" && option != "--postgres") || !ParseLink(value, option == "--postgres", links)) {
      return std::fputs(kUsage, stderr), 2;
    }
  }
  if (control_port < 0) return std::fputs(kUsage, stderr), 2;

  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  sigprocmask(SIG_BLOCK, &stop, nullptr);
  int stop_fd = signalfd(-1, &stop, SFD_CLOEXEC);

  vefa::fault_proxy::Proxy proxy;
  auto listening = proxy.Listen(std::move(links), control_port);
  if (!listening.ok()) {
    std::fprintf(stderr, "vefa-fault-proxy: %s\n", listening.error().message.c_str());
    return 1;
  }
  proxy.Run(stop_fd);
  return 0;
}
