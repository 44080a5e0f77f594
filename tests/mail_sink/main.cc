// vefa-mail-sink: an SMTP server that takes mail, records it and delivers it to nobody.

#include <signal.h>
#include <sys/signalfd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tests/mail_sink/server.h"

namespace {

constexpr char kUsage[] =
    "Usage: vefa-mail-sink --port N --control-port N [--log FILE] [--store FOLDER] [--refuse-prefix TEXT]...\n"
    "  --port N              SMTP on 127.0.0.1:N; 0 picks a free one\n"
    "  --control-port N      GET /stats, POST /fault?kind=KIND&count=N&ms=N&stage=STAGE, POST /reset\n"
    "  --log FILE            one JSON line for every mail taken, written before its 250 is sent\n"
    "  --store FOLDER        every mail as it was taken, FOLDER/<sequence>.eml\n"
    "  --refuse-prefix TEXT  local parts that begin so get 550 5.1.1\n"
    "Prints its two ports as one JSON line, then serves until SIGTERM or SIGINT.\n";

int Fail(const std::string& message) {
  std::fprintf(stderr, "vefa-mail-sink: %s\n", message.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  vefa::mail_sink::Settings settings;
  std::string log;
  std::string store;
  int port = -1;
  int control_port = -1;
  for (int i = 1; i < argc; i += 2) {
    std::string option = argv[i];
    const char* value = i + 1 < argc ? argv[i + 1] : nullptr;
    if (value == nullptr) return std::fputs(kUsage, stderr), 2;
    if (option == "--port") port = std::atoi(value);
    else if (option == "--control-port") control_port = std::atoi(value);
    else if (option == "--log") log = value;
    else if (option == "--store") store = value;
    else if (option == "--refuse-prefix") settings.refuse_prefixes.emplace_back(value);
    else return std::fputs(kUsage, stderr), 2;
  }
  if (port < 0 || control_port < 0) return std::fputs(kUsage, stderr), 2;

  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  sigprocmask(SIG_BLOCK, &stop, nullptr);
  int stop_fd = signalfd(-1, &stop, SFD_CLOEXEC);

  vefa::SystemClock clock;
  auto mailbox = vefa::mail_sink::Mailbox::Open(log, store, clock);
  if (!mailbox.ok()) return Fail(mailbox.error().message);
  vefa::mail_sink::Server server(settings, **mailbox);
  auto listening = server.Listen(port, control_port);
  if (!listening.ok()) return Fail(listening.error().message);
  std::printf("{\"port\":%d,\"control_port\":%d}\n", server.smtp_port(), server.control_port());
  std::fflush(stdout);
  auto served = server.Run(stop_fd);
  return served.ok() ? 0 : Fail(served.error().message);
}
