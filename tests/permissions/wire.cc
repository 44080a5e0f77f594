#include "tests/permissions/wire.h"

#include <grpcpp/generic/generic_stub.h>

#include <vector>

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

std::string BytesOf(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Dump(&slices).ok()) return bytes;
  for (const grpc::Slice& slice : slices) bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return bytes;
}

}  // namespace

Wire::Wire(const std::string& address) : channel_(rpc::MakeChannel(address)) {}

// Every kind of RPC looks the same here: one message, the end, an answer or none, a status.
Status Wire::Call(const std::string& path, const std::string& principal, const std::string& request, std::string* answer) {
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
    grpc::ByteBuffer read;
    call->Read(&read, nullptr);
    if (Next(queue)) {
      if (answer != nullptr) *answer = BytesOf(read);
      context.TryCancel();
    }
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
