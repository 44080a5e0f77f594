#pragma once

#include <google/protobuf/message.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "libs/base/clock.h"
#include "libs/http/exchange.h"
#include "libs/http/server.h"
#include "libs/rpc/principal.h"
#include "libs/telemetry/metrics.h"
#include "libs/telemetry/span.h"
#include "services/gateway/caller.h"
#include "services/gateway/route_table.h"
#include "services/gateway/sessions.h"
#include "services/gateway/upstream.h"

namespace vefa::gateway {

inline constexpr std::chrono::milliseconds kDefaultTimeout(10'000);
inline constexpr std::chrono::milliseconds kLongestTimeout(30'000);
// A stream as a whole; its chunks have deadlines of their own at the service.
inline constexpr std::chrono::milliseconds kStreamTimeout(3'600'000);
inline constexpr std::chrono::milliseconds kStreamIdle(60'000);
// A request body; what it becomes fits gRPC's 4 MiB.
inline constexpr size_t kBodyLimit = 4 << 20;
inline constexpr size_t kLineLimit = 8 << 20;

// What a local RPC knows of its call.
struct LocalCall {
  const http::Request& http;
  const Caller* caller = nullptr;  // Null on a public RPC.
  Deadline deadline;
  http::Headers& headers;  // Of the answer.
  std::string& json;       // The answer, of an RPC that writes it itself.
};
// An RPC the gateway answers itself.
using LocalRpc = std::function<Status(const LocalCall&, const google::protobuf::Message&, google::protobuf::Message&)>;

// The REST surface: one generic transcoder between HTTP/JSON and gRPC, driven by the descriptors.
// Routes are chosen on io threads, everything else runs on workers and stream threads.
class Api {
 public:
  Api(RouteTable routes, Callers& callers, const rpc::PrincipalKey& key, CookiePolicy cookie,
      telemetry::Metrics& metrics);

  // Where the RPCs of a proto service live.
  void AddUpstream(const std::string& proto_service, Upstream& upstream) { upstreams_[proto_service] = &upstream; }
  // One of several that offer a proto service with `routed_by`: `name` is what the request's field says.
  void AddReplica(const std::string& proto_service, const std::string& name, Upstream& upstream) {
    replicas_[proto_service][name] = &upstream;
  }
  // An RPC by its full name, answered here.
  void AddLocal(const std::string& full_name, LocalRpc rpc) { locals_[full_name] = std::move(rpc); }
  // Aborts when an RPC of the table has nobody to answer it: a programmer's error.
  void CheckComplete() const;

  // What its RPCs ask for.
  std::set<std::string> permissions() const;

  // How a request under /v1 is run.
  http::Route Choose(const http::Request& head) const;

 private:
  http::Response Unary(const RouteTable::Match& match, const http::Request& request) const;
  Result<http::Response> Transcode(const RouteTable::Match& match, const http::Request& request) const;
  Result<std::optional<Caller>> Admit(const Binding& binding, const http::Request& request, Deadline deadline) const;
  // Asks contact whether the caller, who does not see everybody's, sees the contacts that a call to another service names. If so the call goes
  // on as one of somebody who does: the service does not know whose they are.
  Status Vouch(const google::protobuf::MethodDescriptor& rpc, const google::protobuf::Message& request, Caller& caller,
               Deadline deadline) const;
  Status Read(const RouteTable::Match& match, const http::Request& request, google::protobuf::Message& message) const;
  Result<Upstream*> UpstreamOf(const google::protobuf::MethodDescriptor& rpc,
                               const google::protobuf::Message& request) const;
  void Stream(const RouteTable::Match& match, http::Exchange& exchange) const;
  Status RunStream(const RouteTable::Match& match, http::Exchange& exchange, bool& begun) const;
  void Finished(const std::string& route, int status, std::chrono::steady_clock::time_point start,
                const Error* error, telemetry::Span span) const;
  std::string Sign(const std::optional<Caller>& caller) const { return caller ? key_.Sign(caller->principal) : ""; }

  const RouteTable routes_;
  Callers& callers_;
  const rpc::PrincipalKey& key_;
  const CookiePolicy cookie_;
  telemetry::Metrics& metrics_;
  std::map<std::string, Upstream*> upstreams_;
  std::map<std::string, std::map<std::string, Upstream*>> replicas_;
  std::map<std::string, LocalRpc> locals_;
};

// A request as a span, below the caller's or the first of a new trace. `route` is what it matched, not what it asked.
telemetry::Span BeginSpan(const http::Request& request, const std::string& route);

}  // namespace vefa::gateway
