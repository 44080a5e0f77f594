#pragma once

#include <sys/types.h>

#include <map>
#include <string>

namespace vefa::notification {

// A vefa-notification of a test's own, to be killed. Looks for the binary beside the test.
class ServiceProcess {
 public:
  // What it writes goes to the end of `log`.
  ServiceProcess(std::map<std::string, std::string> environment, std::string log)
      : environment_(std::move(environment)), log_(std::move(log)) {}
  ~ServiceProcess() { Kill(); }
  ServiceProcess(const ServiceProcess&) = delete;
  ServiceProcess& operator=(const ServiceProcess&) = delete;

  void Start();
  void Kill();  // SIGKILL, and waits for its end.
  // SIGTERM; the exit code.
  int Stop();

 private:
  const std::map<std::string, std::string> environment_;
  const std::string log_;
  pid_t pid_ = -1;
};

}  // namespace vefa::notification
