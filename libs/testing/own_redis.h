#pragma once

#include <sys/types.h>

#include <string>

namespace vefa::testing {

// A Redis of a test's own, to be killed, paused and emptied: the one that all tests share is none to harm. Gone with
// the object. Aborts when it cannot be started.
class OwnRedis {
 public:
  OwnRedis();
  ~OwnRedis();
  OwnRedis(const OwnRedis&) = delete;

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  // Begins anew, empty, at the same port; returns when it answers.
  void Start();
  void Kill();      // Without a chance to say anything.
  void Pause();     // It takes connections and bytes and answers nothing.
  void Continue();

 private:
  int port_ = 0;
  pid_t pid_ = 0;
};

}  // namespace vefa::testing
