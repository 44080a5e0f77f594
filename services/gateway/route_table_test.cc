#include "services/gateway/route_table.h"

#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include "google/api/annotations.pb.h"
#include "vefa/campaign/v1/campaign_service.pb.h"
#include "vefa/contact/v1/boundary_service.pb.h"
#include "vefa/contact/v1/contact_service.pb.h"
#include "vefa/contact/v1/organization_service.pb.h"
#include "vefa/contact/v1/relationship_service.pb.h"
#include "vefa/gateway/v1/session_service.pb.h"
#include "vefa/interaction/v1/interaction_service.pb.h"
#include "vefa/notification/v1/notification_service.pb.h"
#include "vefa/options/v1/options.pb.h"

namespace vefa::gateway {
namespace {

namespace pb = google::protobuf;

RouteTable Table() {
  auto table = RouteTable::Build({contact::v1::GetContactRequest::descriptor()->file()->service(0),
                                  contact::v1::GetOrganizationRequest::descriptor()->file()->service(0),
                                  contact::v1::GetRelationshipRequest::descriptor()->file()->service(0),
                                  contact::v1::GetBoundaryRequest::descriptor()->file()->service(0),
                                  interaction::v1::GetScoreRequest::descriptor()->file()->service(0),
                                  campaign::v1::GetCampaignRequest::descriptor()->file()->service(0),
                                  notification::v1::GetMessageRequest::descriptor()->file()->service(0),
                                  v1::GetSessionRequest::descriptor()->file()->service(0)});
  VEFA_CHECK_OK(table);
  return *std::move(table);
}

std::string RpcOf(const RouteTable& table, const char* method, const char* path) {
  auto match = table.Find(method, path);
  return match.ok() ? match->binding->rpc->name() : match.error().reason;
}

TEST(RouteTableTest, EveryBindingOfTheContractIsFound) {
  RouteTable table = Table();
  EXPECT_EQ(RpcOf(table, "POST", "/v1/contacts"), "CreateContact");
  EXPECT_EQ(RpcOf(table, "GET", "/v1/contacts"), "ListContacts");
  EXPECT_EQ(RpcOf(table, "HEAD", "/v1/contacts"), "ListContacts");
  EXPECT_EQ(RpcOf(table, "POST", "/v1/contacts:search"), "ListContacts");
  EXPECT_EQ(RpcOf(table, "POST", "/v1/contacts:import"), "ImportContacts");
  EXPECT_EQ(RpcOf(table, "GET", "/v1/contacts/17"), "GetContact");
  EXPECT_EQ(RpcOf(table, "PATCH", "/v1/contacts/17"), "UpdateContact");
  EXPECT_EQ(RpcOf(table, "GET", "/v1/contacts/17/score"), "GetScore");
  EXPECT_EQ(RpcOf(table, "PATCH", "/v1/organizations/17"), "UpdateOrganization");
  EXPECT_EQ(RpcOf(table, "POST", "/v1/organizations/17:archive"), "ArchiveOrganization");
  EXPECT_EQ(RpcOf(table, "GET", "/v1/organizations/17/tree"), "GetOrganizationTree");
  EXPECT_EQ(RpcOf(table, "POST", "/v1/relationships/17/responsibilities:handOver"), "HandOverResponsibility");
  EXPECT_EQ(RpcOf(table, "POST", "/v1/boundaries:evaluate"), "EvaluateBoundaries");
  EXPECT_EQ(RpcOf(table, "GET", "/v1/segments/a:count"), "CountSegment");
  EXPECT_EQ(RpcOf(table, "POST", "/v1/campaigns/win-back:start"), "StartCampaign");
  EXPECT_EQ(RpcOf(table, "DELETE", "/v1/session"), "DeleteSession");
}

TEST(RouteTableTest, WhatIsNotThereIsNotFoundOrNotAllowed) {
  RouteTable table = Table();
  EXPECT_EQ(RpcOf(table, "GET", "/v1/nothing"), "ROUTE_UNKNOWN");
  EXPECT_EQ(RpcOf(table, "GET", "/v1/contacts/"), "ROUTE_UNKNOWN");
  auto refused = table.Find("PATCH", "/v1/contacts");
  EXPECT_EQ(refused.error().reason, "METHOD_NOT_ALLOWED");
  EXPECT_EQ(refused.error().metadata.at("allow"), "POST, GET");
}

// RPCs without an HTTP rule, such as those behind the unsubscribe link, have no route.
TEST(RouteTableTest, AnRpcWithoutARuleHasNoRoute) {
  RouteTable table = Table();
  for (const Binding& binding : table.bindings()) {
    EXPECT_NE(binding.rpc->name(), "Unsubscribe");
    EXPECT_FALSE(binding.permission.empty());
  }
}

// A service of one RPC, made up here.
class MadeUp {
 public:
  MadeUp() {
    file_.set_name("made_up.proto");
    file_.set_package("made.up");
    file_.set_syntax("proto3");
    auto* message = file_.add_message_type();
    message->set_name("M");
    auto* field = message->add_field();
    field->set_name("name");
    field->set_number(1);
    field->set_type(pb::FieldDescriptorProto::TYPE_STRING);
    field->set_label(pb::FieldDescriptorProto::LABEL_OPTIONAL);
    auto* inner = message->add_field();
    inner->set_name("inner");
    inner->set_number(2);
    inner->set_type(pb::FieldDescriptorProto::TYPE_MESSAGE);
    inner->set_type_name(".made.up.M");
    inner->set_label(pb::FieldDescriptorProto::LABEL_OPTIONAL);
    file_.add_service()->set_name("S");
  }
  pb::MethodOptions& AddRpc(const std::string& name) {
    auto* method = file_.mutable_service(0)->add_method();
    method->set_name(name);
    method->set_input_type(".made.up.M");
    method->set_output_type(".made.up.M");
    return *method->mutable_options();
  }
  std::string Reason() {
    const pb::FileDescriptor* file = pool_.BuildFile(file_);
    VEFA_CHECK(file != nullptr);
    auto table = RouteTable::Build({file->service(0)});
    return table.ok() ? "fine" : table.error().reason;
  }

 private:
  pb::FileDescriptorProto file_;
  pb::DescriptorPool pool_;
};

void Declare(pb::MethodOptions& options, const std::string& path, const std::string& permission) {
  options.MutableExtension(google::api::http)->set_get(path);
  if (!permission.empty()) options.SetExtension(options::v1::permission, permission);
}

TEST(RouteTableTest, AnRpcWithoutAPermissionIsRefused) {
  MadeUp fine;
  Declare(fine.AddRpc("A"), "/v1/{name=a/*}", "a.read");
  EXPECT_EQ(fine.Reason(), "fine");
  MadeUp silent;
  Declare(silent.AddRpc("A"), "/v1/a", "");
  EXPECT_EQ(silent.Reason(), "PERMISSION_UNDECLARED");
  MadeUp unrouted;
  unrouted.AddRpc("A");
  EXPECT_EQ(unrouted.Reason(), "PERMISSION_UNDECLARED");
}

// An update's path names its resource, which is a message of the request.
TEST(RouteTableTest, APathMayFillAFieldOfAMessage) {
  for (auto [path, reason] : {std::pair{"/v1/{inner.name=a/*}", "fine"}, {"/v1/{inner.inner.name=a/*}", "fine"},
                              {"/v1/{inner.nothing=a/*}", "ROUTE_FIELD"}, {"/v1/{inner=a/*}", "ROUTE_FIELD"},
                              {"/v1/{name.name=a/*}", "ROUTE_FIELD"}, {"/v1/{inner.=a/*}", "ROUTE_FIELD"}}) {
    MadeUp made;
    Declare(made.AddRpc("A"), path, "a.read");
    EXPECT_EQ(made.Reason(), reason) << path;
  }
}

TEST(RouteTableTest, RulesThatCannotBeServedAreRefused) {
  MadeUp field;
  Declare(field.AddRpc("A"), "/v1/{nothing=a/*}", "a.read");
  EXPECT_EQ(field.Reason(), "ROUTE_FIELD");
  MadeUp body;
  auto& options = body.AddRpc("A");
  Declare(options, "/v1/a", "a.read");
  options.MutableExtension(google::api::http)->set_body("name");
  EXPECT_EQ(body.Reason(), "ROUTE_FIELD");
  MadeUp twice;
  Declare(twice.AddRpc("A"), "/v1/{name=a/*}", "a.read");
  Declare(twice.AddRpc("B"), "/v1/a/*", "a.read");
  EXPECT_EQ(twice.Reason(), "ROUTE_AMBIGUOUS");
  MadeUp path;
  Declare(path.AddRpc("A"), "v1", "a.read");
  EXPECT_EQ(path.Reason(), "PATH_TEMPLATE");
}

}  // namespace
}  // namespace vefa::gateway
