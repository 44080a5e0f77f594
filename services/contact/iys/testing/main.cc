// vefa-iys-sandbox: an IYS of our own, to try the connector against. What it knows is gone when it ends.

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "services/contact/iys/testing/iys_server.h"

namespace {

constexpr char kUsage[] =
    "Usage: vefa-iys-sandbox --port N [--lag SECONDS]\n"
    "  --port N       on 127.0.0.1:N; 0 picks a free one\n"
    "  --lag SECONDS  for how long its list of changes lags behind, 3600 unless said\n"
    "The provider is 600, the brand 700, the user `vefa`, the password `parola`. POST /sandbox/say with recipient, recipientType, type and\n"
    "status is a citizen's word. Prints its port, then serves until SIGTERM or SIGINT.\n";

}  // namespace

int main(int argc, char** argv) {
  int port = -1, lag = 3600;
  for (int i = 1; i < argc; i += 2) {
    const std::string option = argv[i];
    if (i + 1 == argc) return std::fputs(kUsage, stderr), 2;
    if (option == "--port") port = std::atoi(argv[i + 1]);
    else if (option == "--lag") lag = std::atoi(argv[i + 1]);
    else return std::fputs(kUsage, stderr), 2;
  }
  if (port < 0 || lag < 0) return std::fputs(kUsage, stderr), 2;
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  sigprocmask(SIG_BLOCK, &stop, nullptr);
  const int stop_fd = signalfd(-1, &stop, SFD_CLOEXEC);
  const vefa::SystemClock clock;
  vefa::contact::IysServer server(clock, 600, 700, "127.0.0.1:" + std::to_string(port), std::chrono::seconds(lag));
  server.WorkAtOnce(true);
  std::printf("%d\n", server.port());
  std::fflush(stdout);
  signalfd_siginfo information;
  return read(stop_fd, &information, sizeof information) > 0 ? 0 : 1;
}
