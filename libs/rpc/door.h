#pragma once

#include <grpcpp/server_context.h>

#include <array>
#include <atomic>
#include <map>
#include <string>

#include "libs/base/clock.h"
#include "libs/base/result.h"
#include "libs/rpc/principal.h"
#include "libs/rpc/sight.h"
#include "libs/rpc/tenants.h"
#include "libs/runtime/worker_pool.h"
#include "libs/telemetry/metrics.h"
#include "libs/telemetry/span.h"

namespace vefa::rpc {

// What a handler knows of its caller.
struct CallContext {
  Principal principal;
  Uuid tenant;  // The principal's; nil on a `public` call without one.
  Deadline deadline = Deadline::Never();
};

// What every RPC of one gRPC service passes on its way to its handler: identity, permission,
// tenant, deadline, trace, metrics and the bounded pool. Thread-safe after construction.
class Door {
 public:
  // `service` is the full proto name. Aborts when an RPC declares no permission: that is a
  // programmer's error, and such an RPC must never be reachable. `sight` knows whose a record is; without it, who
  // does not see everybody's is let in at no RPC that names some.
  Door(const std::string& service, runtime::WorkerPool& pool, const PrincipalKey& key, TenantDirectory& tenants,
       telemetry::Metrics& metrics, const Clock& clock, const SightOf* sight = nullptr);

  struct Method {
    std::string full_name;  // `vefa.contact.v1.ContactService/GetContact`
    std::string permission;
    options::v1::Sight sight = options::v1::SIGHT_UNSPECIFIED;
    telemetry::Counter* started = nullptr;
    telemetry::Histogram* waited = nullptr;
    // How long calls took, by gRPC status; each is there once a call has ended so.
    mutable std::array<std::atomic<telemetry::Histogram*>, 17> duration{};
  };
  const Method& method(const std::string& name) const;

  // Who calls and what he may, by what the call itself says: nothing is waited for, so it is asked where calls arrive.
  // UNAUTHENTICATED `PRINCIPAL_MISSING`, …; PERMISSION_DENIED `PERMISSION_MISSING`, `VISIBILITY_TOO_NARROW`; DEADLINE_EXCEEDED
  // `DEADLINE_PASSED`.
  Result<CallContext> Identify(const Method& method, const grpc::CallbackServerContext& context) const;
  // Whether the tenant exists and the caller still waits. Runs on a worker, because an unseen tenant is looked up.
  // NOT_FOUND `TENANT_UNKNOWN`, CANCELLED, DEADLINE_EXCEEDED `DEADLINE_PASSED`.
  Status Admit(const CallContext& call, const grpc::CallbackServerContext& context) const;
  // Whether Admit and Look would wait for nothing.
  bool Admits(const CallContext& call) const { return call.principal.SeesAll() && tenants_.Known(call.tenant); }
  // Whether the caller sees what the request names, at an RPC that is about that. Runs on a worker. `request` is null where whoever
  // serves the RPC did not hand it over. NOT_FOUND `CONTACT_NOT_FOUND`, PERMISSION_DENIED `VISIBILITY_TOO_NARROW`.
  Status Look(const Method& method, const CallContext& call, const google::protobuf::Message* request) const;
  // The call as a span, from its arrival on: below the caller's, or the first of a new trace.
  static telemetry::Span BeginSpan(const Method& method, const grpc::CallbackServerContext& context);
  // Counts the call's end, and ends its span.
  void Finished(const Method& method, telemetry::Span& span, std::chrono::steady_clock::time_point start,
                const Status& status) const;

  runtime::WorkerPool& pool() const { return pool_; }
  // Turns what a handler returned into the wire form and logs what is our fault.
  static Error Report(Error error, const Method& method);

 private:
  runtime::WorkerPool& pool_;
  const PrincipalKey& key_;
  TenantDirectory& tenants_;
  telemetry::Metrics& metrics_;
  const Clock& clock_;
  const SightOf* sight_;
  std::map<std::string, Method> methods_;
};

// The trace the caller sent; not valid when there is none.
telemetry::Trace TraceOf(const grpc::CallbackServerContext& context);

// RESOURCE_EXHAUSTED `AT_CAPACITY` with a retry hint.
Error AtCapacity();
// DEADLINE_EXCEEDED `DEADLINE_PASSED`: nothing was begun.
Error DeadlinePassed();

}  // namespace vefa::rpc
