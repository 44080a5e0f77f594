#include "tests/bench/create/servers.h"

#include "libs/events/append.h"
#include "services/contact/contact_events.h"
#include "services/contact/contact_proto.h"
#include "services/contact/contact_service.h"

namespace vefa::bench {
namespace {

using contact::v1::Contact;
using contact::v1::CreateContactRequest;

constexpr char kContactService[] = "vefa.contact.v1.ContactService";

class Echo final : public contact::v1::ContactService::CallbackService {
  grpc::ServerUnaryReactor* CreateContact(grpc::CallbackServerContext* context, const CreateContactRequest* request,
                                          Contact* response) override {
    *response = request->contact();
    return Finish(context);
  }
  grpc::ServerUnaryReactor* GetContact(grpc::CallbackServerContext* context, const contact::v1::GetContactRequest* request,
                                       Contact* response) override {
    response->set_name(request->name());
    response->set_external_id("o1-123456");
    response->set_display_name("Person Number");
    response->set_email("person@bench.example");
    return Finish(context);
  }
  static grpc::ServerUnaryReactor* Finish(grpc::CallbackServerContext* context) {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

// One call, one commit; how is left to `write`.
class OneByOne final : public contact::v1::ContactService::CallbackService {
 public:
  using Write = Result<contact::Contact> (*)(House& house, const rpc::CallContext& call, const contact::NewContact& contact);
  OneByOne(House& house, Write write) : house_(house), write_(write) {}

 private:
  grpc::ServerUnaryReactor* CreateContact(grpc::CallbackServerContext* context, const CreateContactRequest* request,
                                          Contact* response) override {
    return rpc::Serve(house_.door, context, "CreateContact", [=, this](const rpc::CallContext& call) -> Status {
      std::vector<Violation> violations;
      contact::Contact contact = contact::FromProto(request->contact(), "contact.", violations);
      contact::Normalise(contact, "contact.", violations);
      if (!violations.empty()) return Violations(std::move(violations));
      VEFA_TRY(auto sealer, keys_.ForTenant(call.tenant, call.deadline));
      VEFA_TRY(contact, write_(house_, call, contact::MakeNewContact(*sealer, {}, std::move(contact), house_.clock)));
      *response = contact::ToProto(contact);
      return Ok();
    });
  }

  House& house_;
  contact::PiiKeys keys_{house_.database, house_.clock, kSecret};
  const Write write_;
};

Result<contact::Contact> InOneStatement(House& house, const rpc::CallContext& call, const contact::NewContact& contact) {
  const contact::NewContact* one = &contact;
  VEFA_TRY(auto rows, house.database.Run(postgres::Scope::Tenant(call.tenant),
                                         {contact::InsertContactsCall(call.tenant, {&one, 1})}, call.deadline));
  return std::move(contact::InsertedContacts(rows.front(), {&one, 1}).front());
}

const postgres::Statement kContact{
    "bench_contact",
    "WITH made AS (INSERT INTO contact (tenant_id, id, external_id, display_name, email, language, source, search_text,"
    "  version, create_time, update_time) VALUES ($1, $2, $3, $4, $5, $6, $7, $4, 1, $8, $8) RETURNING email)"
    " INSERT INTO contact_point (tenant_id, contact_id, id, kind, value, label, state, is_primary, create_time)"
    " SELECT $1, $2, $9, 1, email, '', 1, true, $8 FROM made WHERE email <> ''"};
const postgres::Statement kKey{
    "bench_key",
    "INSERT INTO pii_key (tenant_id, key_id, contact_id, wrapped_key, create_time) VALUES ($1, $2, $3, $4, $5)"};
const postgres::Statement kEvent{
    "bench_event",
    "SELECT " VEFA_APPEND_EVENTS("$1, 'contacts/' || $2::uuid, 1, $3, 'contact.created', $4, $5, NULL, $6")};

Result<contact::Contact> InATransaction(House& house, const rpc::CallContext& call, const contact::NewContact& made) {
  using postgres::Bound;
  using postgres::Bytes;
  const contact::Contact& contact = made.contact;
  VEFA_TRY(auto transaction, house.database.Begin(postgres::Scope::Tenant(call.tenant), call.deadline));
  VEFA_TRY_OK(transaction.Execute(kContact, Bound(call.tenant, contact.id, contact.external_id, contact.display_name.Reveal(),
                                                  contact.email.Reveal(), contact.language, contact.source, contact.create_time,
                                                  contact.points.empty() ? Uuid{} : contact.points.front().id)));
  VEFA_TRY_OK(transaction.Execute(
      kKey, Bound(call.tenant, made.person.key_id, contact.id, Bytes{made.person.wrapped_key}, contact.create_time)));
  VEFA_TRY_OK(transaction.Execute(kEvent, Bound(call.tenant, contact.id, made.event_id, contact.create_time,
                                                made.traceparent, Bytes{made.payload})));
  VEFA_TRY_OK(transaction.Commit());
  return contact;
}

}  // namespace

Server StartContact(const testing::TestDatabase& database) {
  return Fork([&](int pipe) {
    House house(database, kContactService);
    contact::PiiKeys keys(house.database, house.clock, kSecret);
    contact::AttributeCatalog attributes(house.database);
    contact::ContactService service(house.door, house.database, keys, attributes, contact::ContactCopies(), contact::ContactLinks(kSecret), nullptr,
                                    house.clock, kSecret);
    Serve(service, pipe);
  });
}

Server StartContactWithCopies(const testing::TestDatabase& database) {
  return Fork([&](int pipe) {
    House house(database, kContactService);
    redis::Client redis(testing::RedisAddress(), {&redis::Cache::script()}, &house.metrics);
    redis::Cache cache(redis, "contact", &house.metrics);
    contact::PiiKeys keys(house.database, house.clock, kSecret);
    contact::AttributeCatalog attributes(house.database);
    contact::ContactService service(house.door, house.database, keys, attributes, contact::ContactCopies(&cache, kSecret),
                                    contact::ContactLinks(kSecret), nullptr, house.clock, kSecret);
    Serve(service, pipe);
  });
}

Server StartStatement(const testing::TestDatabase& database) {
  return Fork([&](int pipe) {
    House house(database, kContactService);
    OneByOne service(house, &InOneStatement);
    Serve(service, pipe);
  });
}

Server StartTransaction(const testing::TestDatabase& database) {
  return Fork([&](int pipe) {
    House house(database, kContactService);
    OneByOne service(house, &InATransaction);
    Serve(service, pipe);
  });
}

Server StartEcho() {
  return Fork([](int pipe) {
    Echo service;
    Serve(service, pipe);
  });
}

}  // namespace vefa::bench
