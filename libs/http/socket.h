#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/error_code.hpp>

#include "libs/base/clock.h"
#include "libs/base/result.h"
#include "libs/http/url.h"

namespace vefa::http {

// How long, and for how many bytes, a peer that still sends is read after our last word, so that it gets that word.
inline constexpr std::chrono::milliseconds kLingerTime(1000);
inline constexpr size_t kLingerBytes = 1 << 20;

// A connected TCP socket for threads that may wait, every wait with a deadline. Fits Beast's
// SyncReadStream and SyncWriteStream. One thread may read while another writes; Shutdown may come
// from any thread and wakes both. Private to libs/http.
class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  ~Socket();
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  // UNAVAILABLE `CONNECT_FAILED`, DEADLINE_EXCEEDED `CONNECT_TIMEOUT`.
  static Result<int> Connect(const HostPort& address, Deadline deadline);

  void set_read_deadline(Deadline deadline) { read_deadline_ = deadline; }
  void set_write_deadline(Deadline deadline) { write_deadline_ = deadline; }

  template <typename Buffers>
  size_t read_some(const Buffers& buffers, boost::system::error_code& error) {
    for (auto it = boost::asio::buffer_sequence_begin(buffers); it != boost::asio::buffer_sequence_end(buffers); ++it) {
      boost::asio::mutable_buffer buffer(*it);
      if (buffer.size() > 0) return ReadSome(static_cast<char*>(buffer.data()), buffer.size(), error);
    }
    error = {};
    return 0;
  }
  template <typename Buffers>
  size_t read_some(const Buffers& buffers) {
    boost::system::error_code error;
    return read_some(buffers, error);
  }
  // All of it, or an error: UNAVAILABLE `PEER_GONE`, DEADLINE_EXCEEDED `PEER_SLOW`.
  Status WriteAll(std::string_view data);

  // Whether the other side hung up or sent its end; does not wait.
  bool PeerGone() const;
  void Shutdown();
  // Says the end, then discards what still comes until the other side closes, so that it can read
  // our last words before the kernel resets the connection. Bounded in time and bytes.
  void Linger();

 private:
  size_t ReadSome(char* data, size_t size, boost::system::error_code& error);

  const int fd_;
  Deadline read_deadline_ = Deadline::Never();
  Deadline write_deadline_ = Deadline::Never();
};

// The Error of a failed read or write.
Error FromBoost(const boost::system::error_code& error);

}  // namespace vefa::http
