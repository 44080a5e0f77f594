#include "tests/permissions/wire.h"

#include <grpcpp/generic/generic_stub.h>

#include "libs/rpc/peer.h"
#include "libs/rpc/principal.h"

namespace vefa::permissions {
namespace {

constexpr std::chrono::seconds kTimeout(10);

// Waits for the one operation that is under way.
bool Next(grpc::CompletionQueue& queue) {
  void* tag = nullptr;
  bool ok = false;
  return queue.Next(&tag, &ok) && ok;
}

}  // namespace

Wire::Wire(const std::string& address) : channel_(rpc::MakeChannel(address)) {}

// Every kind of RPC looks the same here: one message, the end, an answer or none, a status.
Status Wire::Call(const std::string& path, const std::string& principal, const std::string& request) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kTimeout);
  if (!principal.empty()) context.AddMetadata(rpc::kPrincipalMetadata, principal);
  grpc::CompletionQueue queue;
  grpc::GenericStub stub(channel_);
  auto call = stub.PrepareCall(&context, path, &queue);
  call->StartCall(nullptr);
  if (Next(queue)) {
    const grpc::Slice bytes(request);
    call->WriteLast(grpc::ByteBuffer(&bytes, 1), grpc::WriteOptions(), nullptr);
    Next(queue);
    // A stream may go on answering; one answer says that it was let in.
    grpc::ByteBuffer answer;
    call->Read(&answer, nullptr);
    if (Next(queue)) context.TryCancel();
  }
  grpc::Status status;
  call->Finish(&status, nullptr);
  Next(queue);
  queue.Shutdown();
  while (Next(queue)) {
  }
  if (status.ok() || status.error_code() == grpc::StatusCode::CANCELLED) return Ok();
  return rpc::FromGrpc(status);
}

}  // namespace vefa::permissions
