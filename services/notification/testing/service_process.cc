#include "services/notification/testing/service_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <vector>

#include "libs/base/check.h"
#include "libs/testing/sanitizer.h"

namespace vefa::notification {

void ServiceProcess::Start() {
  VEFA_CHECK(pid_ < 0);
  std::string binary = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "vefa-notification";
  std::vector<std::string> settings = SanitizerOptions();
  for (const auto& [name, value] : environment_) settings.push_back(name + "=" + value);
  std::vector<char*> variables;
  for (std::string& setting : settings) variables.push_back(setting.data());
  variables.push_back(nullptr);
  std::vector<char*> arguments = {binary.data(), nullptr};
  pid_ = fork();
  VEFA_CHECK(pid_ >= 0);
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // A test that dies leaves nothing behind.
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    int log = open(log_.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    execve(binary.c_str(), arguments.data(), variables.data());
    _exit(127);
  }
}

void ServiceProcess::Kill() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

int ServiceProcess::Stop() {
  int status = 0;
  kill(pid_, SIGTERM);
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace vefa::notification
