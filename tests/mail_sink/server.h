#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <unordered_map>

#include "tests/mail_sink/session.h"

namespace vefa::mail_sink {

// The sink's sockets: one thread, one epoll, an SMTP port and a control port on 127.0.0.1.
class Server {
 public:
  Server(Settings settings, Mailbox& mailbox);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Port 0 picks a free one. UNAVAILABLE `PORT_TAKEN`.
  Status Listen(int smtp_port, int control_port);
  int smtp_port() const { return smtp_port_; }
  int control_port() const { return control_port_; }

  // Serves until `stop_fd` (a signalfd) becomes readable, or the log cannot be written: then a mail
  // could be taken without a record, so it stops.
  Status Run(int stop_fd);

 private:
  struct Connection {
    std::unique_ptr<Session> session;  // Null on the control port.
    std::string request;               // What the control port has read.
    std::string output;
    bool finishing = false;  // Close once output is written.
    bool lingering = false;  // Our half is shut; what comes is dropped until the peer closes.
    bool writing = false;    // EPOLLOUT is asked for.
    std::chrono::steady_clock::time_point release;   // Output may leave from then on.
    std::chrono::steady_clock::time_point deadline;  // Closed if nothing happens until then.
  };

  void AcceptAll(int listener);
  Status Readable(int fd);
  void Send(int fd);
  void Finish(int fd, Connection& connection);
  void Close(int fd);
  void Sweep();
  int WaitMs() const;

  const Settings settings_;
  Mailbox& mailbox_;
  Faults faults_;
  Counters counters_;
  int epoll_ = -1;
  int smtp_listener_ = -1;
  int control_listener_ = -1;
  int smtp_port_ = 0;
  int control_port_ = 0;
  std::unordered_map<int, Connection> connections_;
  std::chrono::steady_clock::time_point next_sweep_;
};

}  // namespace vefa::mail_sink
