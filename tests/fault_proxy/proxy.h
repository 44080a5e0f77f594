#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include "libs/base/result.h"
#include "tests/fault_proxy/commit_watch.h"
#include "tests/fault_proxy/flow.h"
#include "tests/fault_proxy/toxics.h"

namespace vefa::fault_proxy {

// One door: who connects to `listen_port` on 127.0.0.1 reaches `server_port`.
struct LinkSpec {
  std::string name;
  int listen_port = 0;
  int server_port = 0;
  bool is_postgres = false;  // Commits are watched for.
};

// A door at work.
struct Link {
  LinkSpec spec;
  int listener = -1;
  LinkFaults faults;
  int64_t accepted = 0;
  int64_t open = 0;
  int64_t cuts_after = 0;
  int64_t cuts_before = 0;
  int64_t resets = 0;
};

// Carries TCP connections and does to them what it is told over its control port. One thread, the one
// that calls Run; owned by main or a test.
class Proxy {
 public:
  Proxy();
  ~Proxy();
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  // UNAVAILABLE `PORT_TAKEN`. Port 0 picks a free one.
  Status Listen(std::vector<LinkSpec> links, int control_port);
  // Serves until `stop_fd` can be read.
  void Run(int stop_fd);

  int control_port() const { return control_port_; }
  int listen_port(size_t link) const { return links_[link].spec.listen_port; }

  // What control does; by the name of a link, or of several by a `*` at the end.
  std::vector<Link*> Find(std::string_view name);
  void ResetConnections(const Link& link);
  // Lets data flow again after toxics were taken away, and stops listening while a link is down.
  void Apply(Link& link);
  const std::vector<Link>& links() const { return links_; }

 private:
  struct Side;
  struct Pair;
  enum class Kind : uint32_t { kListener, kControl, kControlPeer, kClient, kServer, kStop };

  void Watch(int operation, int fd, Kind kind, uint32_t id, uint32_t events);
  void Accept(size_t link);
  void AcceptControl();
  void ReadControl(int fd);
  void OnEvent(Pair& pair, bool from_client, uint32_t events);
  void Connected(Pair& pair);
  void Read(Pair& pair, bool from_client);
  bool Cut(Pair& pair, std::string_view bytes);
  void Flush(Pair& pair, bool from_client);
  void Interest(Pair& pair);
  void Condemn(Pair& pair);
  void Close(Pair& pair, bool reset);
  void FlushDue();
  int WaitMs() const;

  int epoll_ = -1;
  int control_ = -1;
  int control_port_ = 0;
  std::vector<Link> links_;
  uint32_t next_pair_ = 0;
  std::map<uint32_t, std::unique_ptr<Pair>> pairs_;
  std::map<int, std::string> control_peers_;
  // When a piece that was held back may go, and whose it is.
  using Due = std::pair<SteadyTime, uint32_t>;
  std::priority_queue<Due, std::vector<Due>, std::greater<Due>> due_;
};

}  // namespace vefa::fault_proxy
