#include "tests/mail_sink/process.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "libs/base/check.h"

namespace vefa::mail_sink {
namespace {

// The number behind `"name":`, -1 when it is not there.
int64_t NumberIn(const std::string& json, const std::string& name) {
  size_t at = json.find("\"" + name + "\":");
  return at == std::string::npos ? -1 : std::strtoll(json.c_str() + at + name.size() + 3, nullptr, 10);
}

}  // namespace

SinkProcess::SinkProcess(std::vector<std::string> refuse_prefixes, bool keep)
    : refuse_prefixes_(std::move(refuse_prefixes)), keep_(keep) {
  char pattern[] = "/tmp/vefa-sink-XXXXXX";
  const char* folder = mkdtemp(pattern);
  VEFA_CHECK(folder != nullptr);
  folder_ = folder;
  Start();
}

SinkProcess::~SinkProcess() {
  Kill();
  std::filesystem::remove_all(folder_);
}

void SinkProcess::Start() {
  std::string binary = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "vefa-mail-sink";
  std::vector<std::string> words = {binary, "--port", std::to_string(port_), "--control-port",
                                    std::to_string(control_port_)};
  if (keep_) words.insert(words.end(), {"--log", folder_ + "/log", "--store", folder_});
  for (const std::string& prefix : refuse_prefixes_) words.insert(words.end(), {"--refuse-prefix", prefix});
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  int out[2];
  VEFA_CHECK(pipe(out) == 0);
  pid_ = fork();
  VEFA_CHECK(pid_ >= 0);
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // A test that dies leaves nothing behind.
    dup2(out[1], STDOUT_FILENO);
    close(out[0]);
    close(out[1]);
    execv(binary.c_str(), arguments.data());
    _exit(127);
  }
  close(out[1]);
  std::string line;
  for (char octet; read(out[0], &octet, 1) == 1 && octet != '\n';) line += octet;
  close(out[0]);
  port_ = static_cast<int>(NumberIn(line, "port"));
  control_port_ = static_cast<int>(NumberIn(line, "control_port"));
  VEFA_CHECK(port_ > 0 && control_port_ > 0);
}

std::string SinkProcess::Ask(const std::string& line) const {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(control_port_));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  std::string request = line + " HTTP/1.1\r\nhost: sink\r\n\r\n";
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
      send(fd, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size())) {
    char buffer[4096];
    for (ssize_t n; (n = recv(fd, buffer, sizeof buffer, 0)) > 0;) answer.append(buffer, static_cast<size_t>(n));
  }
  close(fd);
  return answer;
}

int64_t SinkProcess::Stat(const std::string& name) const { return NumberIn(Ask("GET /stats"), name); }

void SinkProcess::Fault(const std::string& query) const {
  VEFA_CHECK(Ask("POST /fault?" + query).find("200 OK") != std::string::npos);
}

void SinkProcess::Reset() const { VEFA_CHECK(Ask("POST /reset").find("200 OK") != std::string::npos); }

std::vector<std::string> SinkProcess::Log() const {
  std::vector<std::string> lines;
  std::ifstream file(folder_ + "/log");
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> SinkProcess::Mails() const {
  std::vector<std::string> mails;
  for (int number = 1; std::filesystem::exists(folder_ + "/" + std::to_string(number) + ".eml"); ++number) {
    std::ifstream file(folder_ + "/" + std::to_string(number) + ".eml", std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    mails.push_back(text.str());
  }
  return mails;
}

void SinkProcess::Kill() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void SinkProcess::Restart() {
  Kill();
  Start();
}

}  // namespace vefa::mail_sink
