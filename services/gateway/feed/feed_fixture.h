#pragma once

#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "libs/events/event.h"
#include "libs/testing/engines.h"
#include "services/gateway/feed/feed_writer.h"
#include "vefa/contact/v1/contact_events.pb.h"

std::vector<vefa::postgres::Migration> vefa_gateway_migrations();

namespace vefa::gateway {

// Events as a service would have recorded them.
class EventMaker {
 public:
  events::Event Make(const Uuid& tenant, const std::string& type = "contact.created",
                     const std::string& subject = "contacts/0191e5f0-0000-7000-8000-0123456789ab",
                     const std::string& classification = "pseudonymous") {
    events::Event event;
    event.id = NewUuidV7(clock_);
    event.type = type;
    event.subject = subject;
    event.aggregate_version = ++version_;
    event.tenant = tenant;
    event.occur_time = event.record_time = clock_.Now();
    event.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    event.classification = classification;
    event.data_schema = "https://vefa.example/schemas/vefa.contact.v1.ContactEvent@0011aabb";
    contact::v1::ContactEvent payload;
    payload.mutable_created();
    event.payload = payload.SerializeAsString();
    event.topic = "vefa.contact.v1";
    event.offset = event.aggregate_version;
    return event;
  }
  std::vector<events::Event> Many(const Uuid& tenant, int count, const std::string& type = "contact.created") {
    std::vector<events::Event> all;
    for (int i = 0; i < count; ++i) all.push_back(Make(tenant, type));
    return all;
  }

 private:
  SystemClock clock_;
  int64_t version_ = 0;
};

// What PostgreSQL said.
inline std::string Detail(const Error& error) {
  auto found = error.metadata.find("detail");
  return error.reason + ": " + (found == error.metadata.end() ? error.message : found->second);
}

// Into the feed by the handler itself, in a transaction as the subscriber's.
inline Status WriteFeed(postgres::Database& pump, FeedWriter& writer, const std::vector<events::Event>& events) {
  std::set<Uuid> tenants;
  for (const auto& event : events) tenants.insert(event.tenant);
  return postgres::InTransaction(pump, postgres::Scope::Tenants({tenants.begin(), tenants.end()}),
                                 Deadline::After(std::chrono::seconds(30)),
                                 [&](postgres::Transaction& transaction) { return writer.Apply(transaction, events); });
}

}  // namespace vefa::gateway
