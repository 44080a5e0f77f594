#include "libs/rpc/transport.h"

#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <filesystem>

namespace vefa::rpc {
namespace {

namespace tls = grpc::experimental;

constexpr unsigned kLookEverySeconds = 3;

}  // namespace

Transport::Transport() : server_(grpc::InsecureServerCredentials()), channel_(grpc::InsecureChannelCredentials()) {}

Result<Transport> Transport::Of(const std::string& folder) { return folder.empty() ? Result<Transport>(Transport()) : Mutual(folder); }

Result<Transport> Transport::Mutual(const std::string& folder) {
  const std::string key = folder + "/tls.key", certificate = folder + "/tls.crt", authority = folder + "/ca.crt";
  std::error_code ignored;
  for (const std::string& path : {key, certificate, authority})
    if (!std::filesystem::is_regular_file(path, ignored))
      return Error{Code::kFailedPrecondition, "CERTIFICATES_MISSING", "There is no file " + path + "; mount tls.crt, tls.key and ca.crt."};
  auto provider = std::make_shared<tls::FileWatcherCertificateProvider>(key, certificate, authority, kLookEverySeconds);
  tls::TlsServerCredentialsOptions server(provider);
  server.watch_root_certs();
  server.watch_identity_key_cert_pairs();
  server.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  tls::TlsChannelCredentialsOptions channel;
  channel.set_certificate_provider(provider);
  channel.watch_root_certs();
  channel.watch_identity_key_cert_pairs();
  Transport transport;
  transport.server_ = tls::TlsServerCredentials(server);
  transport.channel_ = tls::TlsCredentials(channel);
  return transport;
}

}  // namespace vefa::rpc
