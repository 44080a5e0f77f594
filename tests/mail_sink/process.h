#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace vefa::mail_sink {

// A vefa-mail-sink of a test's own, with its log in a folder that goes with it. Looks for the
// binary beside the test. Aborts when it cannot be started.
class SinkProcess {
 public:
  // Without `keep` it writes neither log nor mails; for measuring.
  explicit SinkProcess(std::vector<std::string> refuse_prefixes = {"gone."}, bool keep = true);
  ~SinkProcess();
  SinkProcess(const SinkProcess&) = delete;
  SinkProcess& operator=(const SinkProcess&) = delete;

  int port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  // One counter of /stats; -1 when the sink does not answer.
  int64_t Stat(const std::string& name) const;
  // For example `kind=tempfail&count=3&stage=dot`.
  void Fault(const std::string& query) const;
  void Reset() const;
  // The lines of the log.
  std::vector<std::string> Log() const;
  // Mails as they were taken, in their order.
  std::vector<std::string> Mails() const;
  void Kill();     // SIGKILL.
  void Restart();  // On the same ports, with the same log.

 private:
  void Start();
  std::string Ask(const std::string& line) const;

  std::vector<std::string> refuse_prefixes_;
  bool keep_;
  std::string folder_;
  int port_ = 0;
  int control_port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace vefa::mail_sink
