#include "services/gateway/event_hub.h"

#include <gtest/gtest.h>

#include <thread>

namespace vefa::gateway {
namespace {

using std::chrono::milliseconds;

Uuid TenantOf(uint8_t number) {
  Uuid tenant;
  tenant.bytes[15] = number;
  return tenant;
}

events::Event EventOf(const Uuid& tenant, int64_t version) {
  events::Event event;
  event.tenant = tenant;
  event.type = "contact.created";
  event.topic = "vefa.contact.v1";
  event.aggregate_version = version;
  return event;
}

TEST(EventRingsTest, GivesEachTenantItsOwnInOrder) {
  EventRings rings;
  for (int64_t i = 1; i <= 6; ++i) rings.Add(EventOf(TenantOf(static_cast<uint8_t>(i % 2)), i), "x");
  auto batch = rings.After(TenantOf(1), 0, 100, milliseconds(0));
  ASSERT_EQ(batch.entries.size(), 3u);
  EXPECT_EQ(batch.entries[0]->event.aggregate_version, 1);
  EXPECT_EQ(batch.entries[2]->event.aggregate_version, 5);
  EXPECT_FALSE(batch.gap);
  EXPECT_EQ(batch.place, 5);
  EXPECT_TRUE(rings.After(TenantOf(1), batch.place, 100, milliseconds(0)).entries.empty());
  EXPECT_EQ(rings.After(TenantOf(1), 1, 1, milliseconds(0)).entries[0]->place, 3);
}

TEST(EventRingsTest, WhatFellOutIsAGapOnce) {
  EventRings rings;
  for (int64_t i = 1; i <= 1005; ++i) rings.Add(EventOf(TenantOf(1), i), "x");
  auto batch = rings.After(TenantOf(1), 2, 10, milliseconds(0));
  EXPECT_TRUE(batch.gap);
  EXPECT_EQ(batch.entries.front()->place, 6);
  EXPECT_FALSE(rings.After(TenantOf(1), batch.place, 10, milliseconds(0)).gap);
  EXPECT_FALSE(rings.After(TenantOf(1), 5, 10, milliseconds(0)).gap);
}

TEST(EventRingsTest, BackGivesTheNewest) {
  EventRings rings;
  EXPECT_EQ(rings.Back(TenantOf(1), 10), 0);
  for (int64_t i = 1; i <= 20; ++i) rings.Add(EventOf(TenantOf(1), i), "x");
  EXPECT_EQ(rings.After(TenantOf(1), rings.Back(TenantOf(1), 3), 100, milliseconds(0)).entries.size(), 3u);
  EXPECT_EQ(rings.After(TenantOf(1), rings.Back(TenantOf(1), 100), 100, milliseconds(0)).entries.size(), 20u);
  EXPECT_TRUE(rings.After(TenantOf(1), rings.Back(TenantOf(1), 0), 100, milliseconds(0)).entries.empty());
}

TEST(EventRingsTest, AForgottenTenantHasAGapNotASilence) {
  EventRings rings;
  rings.Add(EventOf(TenantOf(1), 1), "x");
  for (size_t i = 0; i < EventRings::kTenantsMax; ++i) {
    Uuid tenant;
    tenant.bytes[0] = 1;
    tenant.bytes[1] = static_cast<uint8_t>(i);
    tenant.bytes[2] = static_cast<uint8_t>(i >> 8);
    rings.Add(EventOf(tenant, 1), "x");
  }
  rings.Add(EventOf(TenantOf(1), 2), "x");
  auto batch = rings.After(TenantOf(1), 0, 10, milliseconds(0));
  EXPECT_TRUE(batch.gap);
  EXPECT_EQ(batch.entries.size(), 1u);
}

TEST(EventRingsTest, AWaiterIsWoken) {
  EventRings rings;
  std::thread writer([&] { rings.Add(EventOf(TenantOf(1), 1), "x"); });
  EventRings::Batch batch;
  auto deadline = Deadline::After(std::chrono::seconds(10));
  while (batch.entries.empty() && !deadline.Passed()) batch = rings.After(TenantOf(1), 0, 10, milliseconds(1000));
  writer.join();
  EXPECT_EQ(batch.entries.size(), 1u);
}

TEST(EventJsonTest, APayloadNobodyKnowsLeavesTheEnvelope) {
  EventRings::Entry entry{1, EventOf(TenantOf(1), 7), "vefa.nowhere.v1.Nothing"};
  std::string json = EventJson(entry);
  EXPECT_NE(json.find("\"source\":\"/vefa/contact\""), std::string::npos) << json;
  EXPECT_NE(json.find("\"aggregateVersion\":\"7\""), std::string::npos) << json;
}

}  // namespace
}  // namespace vefa::gateway
