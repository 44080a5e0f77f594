#include "libs/http/server.h"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <thread>
#include <vector>

#include "libs/http/session.h"
#include "libs/http/url.h"

namespace vefa::http {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr auto kAcceptPause = std::chrono::milliseconds(100);
constexpr auto kAcceptAgain = std::chrono::milliseconds(1);
// After a cut the handlers only have to notice; their own deadlines bound the rest.
constexpr auto kCutGrace = std::chrono::milliseconds(2000);

Error ListenError(const std::string& address, const std::string& why) {
  return Unavailable("LISTEN_FAILED", "Cannot listen on " + address + ": " + why + ".", 0);
}

}  // namespace

class Server::Impl {
 public:
  Impl(ServerOptions options, Router router)
      : core_(std::move(options), std::move(router)),
        work_(core_.io.get_executor()),
        acceptor_(core_.io),
        pause_(core_.io) {}
  ~Impl() { Stop(); }

  Status Listen();
  void Stop();
  uint16_t port() const { return port_; }
  size_t connections() {
    std::lock_guard lock(core_.mutex);
    return core_.sessions.size();
  }

 private:
  void Accept();
  void OnAccepted(boost::system::error_code error, tcp::socket socket);
  // Waits until no connection is left.
  bool AwaitNone(std::chrono::milliseconds wait);

  Core core_;
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  uint16_t port_ = 0;
  std::vector<std::thread> threads_;
};

Status Server::Impl::Listen() {
  const std::string& address = core_.options.address;
  VEFA_TRY(HostPort host_port, ParseHostPort(address));
  boost::system::error_code error;
  tcp::resolver resolver(core_.io);
  auto found = resolver.resolve(host_port.host, std::to_string(host_port.port), tcp::resolver::passive, error);
  if (error) return ListenError(address, error.message());
  tcp::endpoint endpoint = found.begin()->endpoint();
  if (acceptor_.open(endpoint.protocol(), error)) return ListenError(address, error.message());
  acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  if (acceptor_.bind(endpoint, error)) return ListenError(address, error.message());
  if (acceptor_.listen(asio::socket_base::max_listen_connections, error)) return ListenError(address, error.message());
  port_ = acceptor_.local_endpoint(error).port();
  Accept();
  for (size_t i = 0; i < std::max<size_t>(1, core_.options.io_threads); ++i)
    threads_.emplace_back([this] { core_.io.run(); });
  return Ok();
}

void Server::Impl::Accept() {
  acceptor_.async_accept(asio::make_strand(core_.io), [this](boost::system::error_code error, tcp::socket socket) {
    OnAccepted(error, std::move(socket));
  });
}

void Server::Impl::OnAccepted(boost::system::error_code error, tcp::socket socket) {
  if (error == asio::error::operation_aborted || !acceptor_.is_open()) return;
  if (error) {
    // Most likely no file descriptor is left: one that waits makes room, or one that works will, soon.
    pause_.expires_after(Session::GiveUpOne(core_) ? kAcceptAgain : kAcceptPause);
    pause_.async_wait([this](boost::system::error_code cancelled) {
      if (!cancelled) Accept();
    });
    return;
  }
  size_t open = connections();
  size_t limit = core_.options.connections_max;
  // One that only waits makes room. Where all are at work, the first ones too many are told so; a flood of them is not
  // worth a word each.
  bool room = open < limit || Session::GiveUpOne(core_);
  if (room || open < limit + limit / 4 + 1) std::make_shared<Session>(core_, std::move(socket), !room)->Start();
  Accept();
}

bool Server::Impl::AwaitNone(std::chrono::milliseconds wait) {
  std::unique_lock lock(core_.mutex);
  return core_.changed.wait_for(lock, wait, [this] { return core_.sessions.empty(); });
}

void Server::Impl::Stop() {
  std::vector<std::shared_ptr<Session>> sessions;
  auto snapshot = [&] {
    sessions.clear();
    for (Session* session : core_.sessions)
      if (auto shared = session->weak_from_this().lock()) sessions.push_back(std::move(shared));
  };
  {
    std::lock_guard lock(core_.mutex);
    if (core_.stopping) return;
    core_.stopping = true;
    for (Exchange* exchange : core_.exchanges) exchange->NoteStopping();
    snapshot();
  }
  asio::post(core_.io, [this] {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
  });
  for (auto& session : sessions) session->Drain();
  sessions.clear();
  if (!threads_.empty() && !AwaitNone(core_.options.drain_timeout)) {
    {
      std::lock_guard lock(core_.mutex);
      for (Exchange* exchange : core_.exchanges) exchange->Cut();
      snapshot();
    }
    for (auto& session : sessions) session->Cut();
    sessions.clear();
    AwaitNone(kCutGrace);
  }
  core_.streams.Stop();
  core_.workers.Stop();
  if (!threads_.empty()) AwaitNone(kCutGrace);
  work_.reset();
  core_.io.stop();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

Result<std::unique_ptr<Server>> Server::Start(ServerOptions options, Router router) {
  auto impl = std::make_unique<Impl>(std::move(options), std::move(router));
  VEFA_TRY_OK(impl->Listen());
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;
uint16_t Server::port() const { return impl_->port(); }
void Server::Stop() { impl_->Stop(); }
size_t Server::connections() const { return impl_->connections(); }

}  // namespace vefa::http
