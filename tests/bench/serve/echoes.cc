#include "tests/bench/serve/echoes.h"

#include <memory>

#include "vefa/contact/v1/contact_service.grpc.pb.h"

namespace vefa::bench {
namespace {

using contact::v1::Contact;
using contact::v1::ContactService;
using contact::v1::GetContactRequest;

constexpr char kService[] = "vefa.contact.v1.ContactService";
// As many calls as may wait to be taken.
constexpr int kAccepting = 128;

void Fill(const GetContactRequest& request, Contact& response) {
  response.set_name(request.name());
  response.set_external_id("o1-123456");
  response.set_display_name("Person Number");
  response.set_email("person@bench.example");
}

class AsyncCall {
 public:
  AsyncCall(ContactService::WithAsyncMethod_GetContact<ContactService::Service>& service, grpc::ServerCompletionQueue& queue)
      : service_(service), queue_(queue) {
    Accept();
  }
  // Of the queue: a call arrived, or its answer left.
  void Proceed() {
    if (answered_) return Accept();
    answered_ = true;
    Fill(request_, response_);
    responder_->Finish(response_, grpc::Status::OK, this);
  }

 private:
  void Accept() {
    answered_ = false;
    response_.Clear();
    responder_.reset();
    context_ = std::make_unique<grpc::ServerContext>();
    responder_ = std::make_unique<grpc::ServerAsyncResponseWriter<Contact>>(context_.get());
    service_.RequestGetContact(context_.get(), &request_, responder_.get(), &queue_, &queue_, this);
  }

  ContactService::WithAsyncMethod_GetContact<ContactService::Service>& service_;
  grpc::ServerCompletionQueue& queue_;
  std::unique_ptr<grpc::ServerContext> context_;
  GetContactRequest request_;
  Contact response_;
  std::unique_ptr<grpc::ServerAsyncResponseWriter<Contact>> responder_;
  bool answered_ = false;
};

class ServedEcho final : public ContactService::CallbackService {
 public:
  ServedEcho(House& house, rpc::Place place) : house_(house), place_(place) {}

 private:
  grpc::ServerUnaryReactor* GetContact(grpc::CallbackServerContext* context, const GetContactRequest* request,
                                       Contact* response) override {
    return rpc::ServeLater(
        house_.door, context, "GetContact",
        [=](const rpc::CallContext&, rpc::Reply reply) {
          Fill(*request, *response);
          reply.Finish(Ok());
        },
        place_);
  }
  House& house_;
  const rpc::Place place_;
};

Server StartServed(const testing::TestDatabase& database, rpc::Place place) {
  return Fork([&](int pipe) {
    House house(database, kService);
    ServedEcho service(house, place);
    Serve(service, pipe);
  });
}

}  // namespace

Server StartAsyncEcho() {
  return Fork([](int pipe) {
    ContactService::WithAsyncMethod_GetContact<ContactService::Service> service;
    grpc::EnableDefaultHealthCheckService(true);
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&service);
    auto queue = builder.AddCompletionQueue();
    auto server = builder.BuildAndStart();
    std::vector<std::unique_ptr<AsyncCall>> calls;
    for (int i = 0; i < kAccepting; ++i) calls.push_back(std::make_unique<AsyncCall>(service, *queue));
    if (write(pipe, &port, sizeof port) != sizeof port) _exit(1);
    void* tag = nullptr;
    bool ok = false;
    while (queue->Next(&tag, &ok))
      if (ok) static_cast<AsyncCall*>(tag)->Proceed();
    _exit(0);
  });
}

Server StartServedEcho(const testing::TestDatabase& database) { return StartServed(database, rpc::Place::kPool); }
Server StartServedHereEcho(const testing::TestDatabase& database) { return StartServed(database, rpc::Place::kHere); }

}  // namespace vefa::bench
