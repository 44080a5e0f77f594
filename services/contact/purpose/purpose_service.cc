#include "services/contact/purpose/purpose_service.h"

#include <limits>

#include "libs/rpc/idempotency.h"
#include "libs/rpc/mask.h"
#include "libs/rpc/page.h"
#include "libs/rpc/serve.h"
#include "libs/rpc/time.h"
#include "services/contact/purpose/purpose_proto.h"
#include "services/contact/purpose/purpose_store.h"

namespace vefa::contact {

grpc::ServerUnaryReactor* PurposeService::CreatePurpose(grpc::CallbackServerContext* context,
                                                        const v1::CreatePurposeRequest* request, v1::Purpose* response) {
  return rpc::Serve(door_, context, "CreatePurpose",
                    [=, this](const rpc::CallContext& call) { return Create(call, *request, *response); });
}
grpc::ServerUnaryReactor* PurposeService::UpdatePurpose(grpc::CallbackServerContext* context,
                                                        const v1::UpdatePurposeRequest* request, v1::Purpose* response) {
  return rpc::Serve(door_, context, "UpdatePurpose",
                    [=, this](const rpc::CallContext& call) { return Update(call, *request, *response); });
}
grpc::ServerUnaryReactor* PurposeService::PublishPurposeText(grpc::CallbackServerContext* context,
                                                             const v1::PublishPurposeTextRequest* request,
                                                             v1::PurposeText* response) {
  return rpc::Serve(door_, context, "PublishPurposeText",
                    [=, this](const rpc::CallContext& call) { return Publish(call, *request, *response); });
}
grpc::ServerUnaryReactor* PurposeService::GetPurpose(grpc::CallbackServerContext* context, const v1::GetPurposeRequest* request,
                                                     v1::Purpose* response) {
  return rpc::Serve(door_, context, "GetPurpose",
                    [=, this](const rpc::CallContext& call) { return Get(call, *request, *response); });
}
grpc::ServerUnaryReactor* PurposeService::ListPurposes(grpc::CallbackServerContext* context,
                                                       const v1::ListPurposesRequest* request,
                                                       v1::ListPurposesResponse* response) {
  return rpc::Serve(door_, context, "ListPurposes",
                    [=, this](const rpc::CallContext& call) { return List(call, *request, *response); });
}
grpc::ServerUnaryReactor* PurposeService::ListPurposeTexts(grpc::CallbackServerContext* context,
                                                           const v1::ListPurposeTextsRequest* request,
                                                           v1::ListPurposeTextsResponse* response) {
  return rpc::Serve(door_, context, "ListPurposeTexts",
                    [=, this](const rpc::CallContext& call) { return Texts(call, *request, *response); });
}

template <typename Response, typename Change>
Status PurposeService::Once(const rpc::CallContext& call, const char* method, const std::string& request_id,
                            const std::string& request, Response& response, Change change) {
  rpc::Attempt attempt{call.tenant, request_id, method, request};
  auto done = postgres::InTransaction(database_, postgres::Scope::Tenant(call.tenant), call.deadline,
                                      [&](postgres::Transaction& transaction) -> Result<Response> {
                                        VEFA_TRY(std::optional<std::string> answer, rpc::FindAnswer(transaction, attempt));
                                        Response proto;
                                        if (answer.has_value() && proto.ParseFromString(*answer)) return proto;
                                        VEFA_TRY(proto, change(transaction));
                                        VEFA_TRY_OK(rpc::RememberAnswer(transaction, attempt, proto.SerializeAsString()));
                                        return proto;
                                      });
  if (!done.ok()) return std::move(done).error();
  response = *std::move(done);
  if (relay_ != nullptr) relay_->Wake();
  return Ok();
}

Status PurposeService::Create(const rpc::CallContext& call, const v1::CreatePurposeRequest& request, v1::Purpose& response) {
  std::vector<Violation> violations;
  Purpose purpose = FromProto(request.purpose(), violations);
  Normalise(purpose, violations);
  if (!violations.empty()) return Violations(std::move(violations));
  return Once(call, "CreatePurpose", request.request_id(), request.purpose().SerializeAsString(), response,
              [&](postgres::Transaction& transaction) -> Result<v1::Purpose> {
                VEFA_TRY(Purpose stored, InsertPurpose(transaction, call.tenant, purpose, clock_));
                return ToProto(stored);
              });
}

Status PurposeService::Update(const rpc::CallContext& call, const v1::UpdatePurposeRequest& request, v1::Purpose& response) {
  VEFA_TRY(PurposeKey key, ParsePurposeName(request.name()));
  return Once(call, "UpdatePurpose", request.request_id(), request.name() + request.purpose().SerializeAsString(), response,
              [&](postgres::Transaction& transaction) -> Result<v1::Purpose> {
                VEFA_TRY(Purpose present, FindPurpose(transaction, call.tenant, key, true));
                std::vector<Violation> violations;
                Purpose wanted = FromProto(request.purpose(), violations);
                if (!wanted.code.empty() && wanted.code != present.code)
                  violations.push_back({"purpose.code", "CODE_IMMUTABLE", "A code never changes; declare another purpose."});
                wanted.code = present.code;
                Normalise(wanted, violations);
                if (!violations.empty()) return Violations(std::move(violations));
                const std::string& etag = request.purpose().etag();
                VEFA_TRY_OK(rpc::CheckEtag(etag, ToProto(present).etag()));
                if (SameDeclaration(wanted, present)) return ToProto(present);
                wanted.id = present.id;
                wanted.text_version = present.text_version;
                wanted.create_time = present.create_time;
                VEFA_TRY(Purpose stored, ChangePurpose(transaction, call.tenant, std::move(wanted), clock_));
                return ToProto(stored);
              });
}

Status PurposeService::Publish(const rpc::CallContext& call, const v1::PublishPurposeTextRequest& request,
                               v1::PurposeText& response) {
  VEFA_TRY(PurposeKey key, ParsePurposeName(request.purpose()));
  PurposeText text = FromProto(request.text());
  std::vector<Violation> violations;
  Normalise(text, violations);
  if (!violations.empty()) return Violations(std::move(violations));
  return Once(call, "PublishPurposeText", request.request_id(), request.purpose() + request.text().SerializeAsString(), response,
              [&](postgres::Transaction& transaction) -> Result<v1::PurposeText> {
                VEFA_TRY(Purpose purpose, FindPurpose(transaction, call.tenant, key, true));
                VEFA_TRY(PurposeText stored, InsertPurposeText(transaction, call.tenant, purpose, text, clock_));
                return ToProto(stored);
              });
}

Status PurposeService::Get(const rpc::CallContext& call, const v1::GetPurposeRequest& request, v1::Purpose& response) {
  VEFA_TRY(PurposeKey key, ParsePurposeName(request.name()));
  VEFA_TRY(auto transaction, database_.Begin(postgres::Scope::Tenant(call.tenant), call.deadline));
  VEFA_TRY(Purpose purpose, FindPurpose(transaction, call.tenant, key, false));
  response = ToProto(purpose);
  return Ok();
}

Status PurposeService::List(const rpc::CallContext& call, const v1::ListPurposesRequest& request,
                            v1::ListPurposesResponse& response) {
  VEFA_TRY(int wanted, rpc::PageSize(request.page_size()));
  const std::string scope = "ListPurposes|" + call.tenant.ToString();
  VEFA_TRY(auto after, rpc::ReadPageToken(secret_, scope, request.page_token(), 1));
  // One row more than asked for tells whether there is a next page.
  VEFA_TRY(auto purposes, ReadPurposes(database_, call.tenant, after.empty() ? "" : after[0], wanted + 1, call.deadline));
  if (static_cast<int>(purposes.size()) > wanted) {
    purposes.pop_back();
    response.set_next_page_token(rpc::MakePageToken(secret_, scope, {purposes.back().code}));
  }
  for (const Purpose& purpose : purposes) *response.add_purposes() = ToProto(purpose);
  if (!after.empty()) return Ok();
  VEFA_TRY(auto undeclared, ReadUndeclared(database_, call.tenant, call.deadline));
  for (const auto& [code, since] : undeclared) {
    v1::UndeclaredPurpose& proto = *response.add_undeclared();
    proto.set_code(code);
    *proto.mutable_since() = rpc::ToProto(since);
  }
  return Ok();
}

Status PurposeService::Texts(const rpc::CallContext& call, const v1::ListPurposeTextsRequest& request,
                             v1::ListPurposeTextsResponse& response) {
  VEFA_TRY(PurposeKey key, ParsePurposeName(request.purpose()));
  VEFA_TRY(int wanted, rpc::PageSize(request.page_size()));
  const std::string scope = "ListPurposeTexts|" + call.tenant.ToString() + "|" + request.purpose();
  VEFA_TRY(auto after, rpc::ReadPageToken(secret_, scope, request.page_token(), 1));
  int32_t before = std::numeric_limits<int32_t>::max();
  if (!after.empty()) before = std::stoi(after[0]);
  Purpose purpose;
  {
    VEFA_TRY(auto transaction, database_.Begin(postgres::Scope::Tenant(call.tenant), call.deadline));
    VEFA_TRY(purpose, FindPurpose(transaction, call.tenant, key, false));
  }
  VEFA_TRY(auto texts, ReadPurposeTexts(database_, call.tenant, purpose.id, before, wanted + 1, call.deadline));
  if (static_cast<int>(texts.size()) > wanted) {
    texts.pop_back();
    response.set_next_page_token(rpc::MakePageToken(secret_, scope, {std::to_string(texts.back().text_version)}));
  }
  for (const PurposeText& text : texts) *response.add_texts() = ToProto(text);
  return Ok();
}

}  // namespace vefa::contact
