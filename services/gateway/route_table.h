#pragma once

#include <google/protobuf/descriptor.h>

#include <string>
#include <string_view>
#include <vector>

#include "libs/base/result.h"
#include "services/gateway/path_template.h"

namespace vefa::gateway {

// One way to call one RPC by HTTP, read from its google.api.http option.
struct Binding {
  std::string http_method;
  PathTemplate path;
  std::string pattern;  // The template as written; the name of the route in metrics and logs.
  std::string body;     // `*`, a field of the request, or empty for none.
  const google::protobuf::MethodDescriptor* rpc = nullptr;
  std::string permission;
  bool streams() const { return rpc->client_streaming() || rpc->server_streaming(); }
};

// Which RPC an HTTP request means. Built once at start from the compiled descriptors; read by any
// thread afterwards.
class RouteTable {
 public:
  // Every binding of every RPC of these services. FAILED_PRECONDITION when an RPC declares no
  // permission (`PERMISSION_UNDECLARED`), two bindings fit the same request (`ROUTE_AMBIGUOUS`), a
  // template or a body names what the request has not (`ROUTE_FIELD`), or a stream is not
  // bidirectional by POST with the whole body (`ROUTE_STREAM`).
  static Result<RouteTable> Build(const std::vector<const google::protobuf::ServiceDescriptor*>& services);

  struct Match {
    const Binding* binding = nullptr;
    PathTemplate::Bindings path_fields;
  };
  // The binding a request fits. NOT_FOUND `ROUTE_UNKNOWN`; UNIMPLEMENTED `METHOD_NOT_ALLOWED` with
  // metadata `allow` when the path exists for other methods. HEAD is answered as GET.
  Result<Match> Find(std::string_view method, std::string_view path) const;

  const std::vector<Binding>& bindings() const { return bindings_; }

 private:
  Status Add(const google::protobuf::MethodDescriptor& rpc, const std::string& permission);
  std::vector<Binding> bindings_;
};

}  // namespace vefa::gateway
