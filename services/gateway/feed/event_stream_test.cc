#include "libs/http/lines.h"
#include "services/gateway/gateway_fixture.h"

namespace vefa::gateway {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class EventStreamTest : public GatewayStreamTest {
 protected:
  void Change(Settings& settings) override {
    settings.feed_times.heartbeat = milliseconds(600);
    settings.feed_times.check_every = milliseconds(600);
  }
  void SetUp() override {
    GatewayStreamTest::SetUp();
    SignIn("admin@example.com");
  }
  // Reads messages until `count` have come, or the time is over.
  std::vector<http::ServerSentEvent> Take(http::ClientStream& stream, size_t count) {
    std::vector<http::ServerSentEvent> events;
    auto deadline = Deadline::After(seconds(20));
    while (true) {
      while (auto line = *lines_.Next()) {
        if (line->starts_with("id: ")) last_id_ = line->substr(4);
        if (auto event = assembler_.Take(*line)) events.push_back(*event);
        if (events.size() == count) return events;
      }
      auto bytes = stream.Read(deadline);
      if (!bytes.ok() || bytes->empty()) return events;
      lines_.Feed(*bytes);
    }
  }
  std::unique_ptr<http::ClientStream> Follow(const std::string& query = "", http::Headers headers = {}) {
    lines_ = http::LineCutter(4 << 20);
    assembler_ = {};
    auto stream = Open("GET", "/v1/events:stream", std::move(headers), false, query);
    auto head = stream->ReadHead(Soon());
    EXPECT_EQ(head->status, 200);
    EXPECT_EQ(head->headers.Get("Content-Type"), "text/event-stream");
    return stream;
  }
  std::string RefusedStream(const std::string& query, http::Headers headers = {}) {
    auto stream = Open("GET", "/v1/events:stream", std::move(headers), false, query);
    auto head = stream->ReadHead(Soon());
    auto problem = nlohmann::json::parse(Rest(*stream), nullptr, false);
    return std::to_string(head->status) + " " + problem.value("reason", "");
  }
  void WriteTypes(int from, int to) {
    std::vector<events::Event> events;
    for (int i = from; i <= to; ++i) events.push_back(maker_.Make(database_.tenant(), "contact.n" + std::to_string(i)));
    WriteEvents(events);
  }
  http::LineCutter lines_{4 << 20};
  http::EventAssembler assembler_;
  std::string last_id_;
};

TEST_F(EventStreamTest, ATenantsEventsComeAsTheyHappenAndOnlyThose) {
  auto stream = Follow();
  WriteEvents(maker_.Many(database_.other_tenant(), 3));
  WriteTypes(1, 5);
  auto events = Take(*stream, 5);
  ASSERT_EQ(events.size(), 5u);
  for (size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i].type, "contact.n" + std::to_string(i + 1));
    auto data = nlohmann::json::parse(events[i].data);
    EXPECT_EQ(data["tenantId"], database_.tenant().ToString());
    EXPECT_EQ(data["type"], events[i].type);
    EXPECT_EQ(data["cursor"], events[i].id);
    EXPECT_EQ(data["source"], "/vefa/contact");
    EXPECT_EQ(data["topic"], "vefa.contact.v1");
    EXPECT_EQ(data["dataClassification"], "pseudonymous");
    EXPECT_EQ(data["payload"]["@type"], "type.googleapis.com/vefa.contact.v1.ContactEvent");
    EXPECT_TRUE(data["payload"].contains("created"));
  }
}

TEST_F(EventStreamTest, TheCursorGoesOnByHeaderOrAddressWithoutLossOrRepeat) {
  WriteTypes(1, 12);
  auto first = Take(*Follow(), 12);
  ASSERT_EQ(first.size(), 12u);
  const std::string& fourth = first[3].id;
  EXPECT_EQ(Take(*Follow("", {{"Last-Event-ID", fourth}}), 8).front().type, "contact.n5");
  EXPECT_EQ(Take(*Follow("after=" + fourth), 8).back().type, "contact.n12");
  // What the browser says of a lost connection is newer than the address.
  EXPECT_EQ(Take(*Follow("after=" + fourth, {{"Last-Event-ID", first[9].id}}), 1).front().type, "contact.n11");
  EXPECT_EQ(Take(*Follow("last=2"), 1).front().type, "contact.n11");
  auto nothing = Follow("last=0");
  WriteTypes(13, 13);
  EXPECT_EQ(Take(*nothing, 1).front().type, "contact.n13");
}

TEST_F(EventStreamTest, FiltersChooseAndTheCursorMovesPastWhatTheyDrop) {
  auto stream = Follow("types=order.*,contact.erased&classification=personal&last=0");
  WriteEvents(3);
  WriteEvents({maker_.Make(database_.tenant(), "order.placed", "orders/1", "pseudonymous"),
               maker_.Make(database_.tenant(), "order.placed", "orders/2", "personal"),
               maker_.Make(database_.tenant(), "contact.erased", "contacts/3", "personal")});
  auto events = Take(*stream, 2);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(nlohmann::json::parse(events[0].data)["subject"], "orders/2");
  EXPECT_EQ(events[1].type, "contact.erased");
  // Dropped events move it by a line `id` alone, which browsers keep without an event.
  WriteEvents(3);
  std::string before = last_id_;
  auto deadline = Deadline::After(seconds(20));
  while (last_id_ == before && !deadline.Passed()) {
    while (auto line = *lines_.Next()) {
      if (line->starts_with("id: ")) last_id_ = line->substr(4);
    }
    lines_.Feed(*stream->Read(deadline));
  }
  EXPECT_NE(last_id_, before);
  auto resumed = Follow("last=0", {{"Last-Event-ID", last_id_}});
  WriteTypes(1, 1);
  EXPECT_EQ(Take(*resumed, 1).front().type, "contact.n1");
  EXPECT_EQ(Take(*Follow("subject=orders/*"), 2).back().type, "order.placed");
}

TEST_F(EventStreamTest, WhatCanNoLongerBeGivenIsAGapWithItsReason) {
  WriteTypes(1, 4);
  auto all = Take(*Follow(), 4);
  database_.Run("SELECT add_feed_day('2020-01-01')");
  database_.Run("UPDATE feed_event SET day = '2020-01-01'");
  WriteTypes(5, 6);
  database_.Run("SELECT keep_feed_days(current_date, 7)");
  auto expired = Follow("", {{"Last-Event-ID", all[1].id}});
  auto told = Take(*expired, 3);
  ASSERT_EQ(told.size(), 3u);
  EXPECT_EQ(told[0].type, "gap");
  auto gap = nlohmann::json::parse(told[0].data);
  EXPECT_EQ(gap["reason"], "CURSOR_EXPIRED");
  EXPECT_EQ(gap["metadata"]["earliest_cursor"], told[0].id);
  EXPECT_EQ(told[1].type, "contact.n5");
  // A restore to an earlier point, under a reader that has seen what came after it.
  std::string newest = told[2].id;
  auto live = Follow("", {{"Last-Event-ID", newest}});
  database_.Run("DELETE FROM feed_event WHERE seq = 6");
  database_.Run("UPDATE feed_tenant SET seq = 5");
  database_.Run("SELECT check_incarnation(true)");
  WriteTypes(7, 8);
  for (auto stream : {live.get(), Follow("", {{"Last-Event-ID", newest}}).release()}) {
    auto events = Take(*stream, 3);
    ASSERT_EQ(events.size(), 3u);
    EXPECT_EQ(nlohmann::json::parse(events[0].data)["reason"], "CURSOR_UNKNOWN");
    EXPECT_EQ(events[1].type, "contact.n7");
    EXPECT_EQ(events[2].type, "contact.n8");
    if (stream != live.get()) delete stream;
  }
}

TEST_F(EventStreamTest, WhatIsWrongIsAProblemBeforeTheStream) {
  WriteTypes(1, 2);
  EXPECT_EQ(RefusedStream("last=many"), "400 FIELD_INVALID");
  EXPECT_EQ(RefusedStream("colour=red"), "400 FIELD_UNKNOWN");
  EXPECT_EQ(RefusedStream("types=Contact.*"), "400 TYPE_SYNTAX");
  EXPECT_EQ(RefusedStream("after=abcdef-17"), "400 CURSOR_MALFORMED");
  EXPECT_EQ(RefusedStream("", {{"Last-Event-ID", "abcdef-17"}}), "400 CURSOR_MALFORMED");
  EXPECT_EQ(RefusedStream("after=" + CursorCodec(kTestKey).Encode(database_.other_tenant(), {})), "403 CURSOR_FORGED");
  EXPECT_EQ(RefusedStream("after=" + CursorCodec("x").Encode(database_.tenant(), {})), "403 CURSOR_FORGED");
  token_ = "nonsense";
  EXPECT_EQ(RefusedStream(""), "401 SESSION_MISSING");
}

TEST_F(EventStreamTest, APayloadOfALaterReleaseStillComes) {
  auto later = maker_.Make(database_.tenant(), "loyalty.joined");
  later.data_schema = "https://vefa.example/schemas/vefa.loyalty.v9.LoyaltyEvent@77";
  later.payload = "\x0a\x03xyz";
  // A kind of our own contract that only the next release knows.
  auto kind = maker_.Make(database_.tenant(), "contact.cloned");
  kind.payload = "\xfa\x3f\x02hi";
  auto broken = maker_.Make(database_.tenant(), "contact.broken");
  broken.payload = "\xff";
  auto old = maker_.Make(database_.tenant(), "contact.created");
  old.data_schema = "vefa.contact.v1.ContactEvent";
  WriteEvents({later, kind, broken, old});
  auto events = Take(*Follow(), 4);
  ASSERT_EQ(events.size(), 4u);
  auto payload = [&](size_t i) { return nlohmann::json::parse(events[i].data)["payload"]; };
  EXPECT_EQ(payload(0)["@type"], "type.googleapis.com/vefa.loyalty.v9.LoyaltyEvent");
  EXPECT_EQ(payload(0)["value"], "CgN4eXo=");
  EXPECT_EQ(payload(1)["@type"], "type.googleapis.com/vefa.contact.v1.ContactEvent");
  EXPECT_EQ(payload(1)["value"], "+j8CaGk=");
  EXPECT_EQ(payload(2)["value"], "/w==");
  EXPECT_TRUE(payload(3).contains("created"));
}

TEST_F(EventStreamTest, TheEndOfTheSessionEndsTheStream) {
  auto stream = Follow();
  auto started = std::chrono::steady_clock::now();
  EXPECT_EQ(Ask("DELETE", "/v1/session").status, 200);
  Rest(*stream);
  EXPECT_LT(std::chrono::steady_clock::now() - started, seconds(10));
}

TEST_F(EventStreamTest, StoppingEndsTheStreamsAtOnce) {
  auto stream = Follow();
  auto started = std::chrono::steady_clock::now();
  std::thread stopper([&] { gateway_->Stop(); });
  Rest(*stream);
  stopper.join();
  EXPECT_LT(std::chrono::steady_clock::now() - started, seconds(8));
}

TEST_F(EventStreamTest, StreamsAreLimitedByNameOfWhoHasTooMany) {
  std::vector<std::unique_ptr<http::ClientStream>> open;
  for (int i = 0; i < StreamLimits::kPerCaller; ++i) open.push_back(Follow());
  EXPECT_EQ(RefusedStream(""), "429 TOO_MANY_STREAMS");
  EXPECT_EQ(Refusal(Ask("GET", "/v1/events?wait_ms=10")), "429 TOO_MANY_STREAMS");
  // Who does not wait holds no place.
  EXPECT_EQ(Ask("GET", "/v1/events").status, 200);
}

class EventPagesTest : public EventStreamTest {
 protected:
  std::string Page(const std::string& query) { return "/v1/events?" + query; }
  static std::vector<std::string> TypesOf(const nlohmann::json& page) {
    std::vector<std::string> types;
    for (const auto& event : page["events"]) types.push_back(event["type"]);
    return types;
  }
};

TEST_F(EventPagesTest, PagesFollowEachOtherToTheEnd) {
  WriteTypes(1, 25);
  std::vector<std::string> all;
  std::string after;
  for (int pages = 1;; ++pages) {
    auto page = Json(Ask("GET", Page("pageSize=10&after=" + after)));
    for (const auto& type : TypesOf(page)) all.push_back(type);
    after = page["nextCursor"];
    if (!page["more"]) {
      EXPECT_EQ(pages, 3);
      break;
    }
  }
  ASSERT_EQ(all.size(), 25u);
  for (size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i], "contact.n" + std::to_string(i + 1));
  EXPECT_EQ(TypesOf(Json(Ask("GET", Page("last=2")))), (std::vector<std::string>{"contact.n24", "contact.n25"}));
  EXPECT_EQ(TypesOf(Json(Ask("GET", Page("filter.types=contact.n7&filter.types=contact.n9")))),
            (std::vector<std::string>{"contact.n7", "contact.n9"}));
  auto empty = Json(Ask("GET", Page("after=" + after)));
  EXPECT_TRUE(empty["events"].empty());
  EXPECT_EQ(empty["nextCursor"], after);
}

TEST_F(EventPagesTest, AFilterThatFitsNothingGetsThroughAllThereIsAtOnce) {
  for (int i = 0; i < 5; ++i) WriteEvents(500);
  WriteEvents(1, "order.placed");
  EXPECT_EQ(TypesOf(Json(Ask("GET", Page("filter.types=order.*")))), std::vector<std::string>{"order.placed"});
  auto none = Json(Ask("GET", Page("filter.types=message.*")));
  EXPECT_TRUE(none["events"].empty());
  EXPECT_EQ(none["more"], false);
}

TEST_F(EventPagesTest, OneMayWaitForAnEventAndMoreMayWaitThanThereAreWorkers) {
  std::string after = Json(Ask("GET", Page("")))["nextCursor"];
  constexpr int kWaiters = 14;
  std::vector<std::thread> waiters;
  std::atomic<int> got = 0, waiting = 0;
  for (int i = 0; i < kWaiters; ++i)
    waiters.emplace_back([&] {
      http::Client client(http::Url{{"127.0.0.1", gateway_->port()}, ""});
      ++waiting;
      auto response = client.Send(
          {"GET", "/v1/events", "wait_ms=20000&after=" + after, {{"Authorization", "Bearer " + token_}}, "", ""},
          Soon());
      if (response.ok() && Json(*response)["events"].size() == 1) ++got;
    });
  EXPECT_TRUE(testing::Eventually([&] { return waiting == kWaiters && Ask("GET", "/v1/contacts/17").status == 200; }));
  WriteTypes(1, 1);
  for (auto& waiter : waiters) waiter.join();
  EXPECT_EQ(got, kWaiters);
  // Nothing comes: the wait ends by itself, with the place to go on from.
  auto started = std::chrono::steady_clock::now();
  auto page = Json(Ask("GET", Page("wait_ms=300&filter.types=order.*")));
  EXPECT_GE(std::chrono::steady_clock::now() - started, milliseconds(300));
  EXPECT_TRUE(page["events"].empty());
  EXPECT_NE(page["nextCursor"], after);
}

TEST_F(EventPagesTest, OneEventIsFoundByItsId) {
  auto events = maker_.Many(database_.tenant(), 2);
  WriteEvents(events);
  auto found = Json(Ask("GET", "/v1/events/" + events[1].id.ToString()));
  EXPECT_EQ(found["id"], events[1].id.ToString());
  EXPECT_EQ(Json(Ask("GET", "/v1/events"))["events"][1], found);
  EXPECT_EQ(Refusal(Ask("GET", "/v1/events/" + NewUuidV7(clock_).ToString())), "404 EVENT_NOT_FOUND");
  EXPECT_EQ(Ask("GET", "/v1/events/nonsense").status, 400);
}

TEST_F(EventPagesTest, SubscriptionsAreCommittedListedAndForgotten) {
  WriteTypes(1, 3);
  auto page = Json(Ask("GET", "/v1/events"));
  auto cursor = [&](int i) { return page["events"][i]["cursor"].get<std::string>(); };
  auto commit = [&](const std::string& cursor_text, bool rewind = false) {
    return Ask("POST", "/v1/subscriptions/crm:commit",
               nlohmann::json{{"cursor", cursor_text}, {"rewind", rewind}}.dump());
  };
  auto committed = Json(commit(cursor(1)));
  EXPECT_EQ(committed["name"], "subscriptions/crm");
  EXPECT_EQ(committed["behind"], "1");
  EXPECT_EQ(Refusal(commit(cursor(0))), "400 COMMIT_BEHIND");
  EXPECT_EQ(commit(cursor(0), true).status, 200);
  EXPECT_EQ(Refusal(commit("nonsense")), "400 CURSOR_MALFORMED");
  EXPECT_EQ(Json(Ask("GET", "/v1/subscriptions"))["subscriptions"].size(), 1u);
  EXPECT_EQ(Ask("DELETE", "/v1/subscriptions/crm").status, 200);
  EXPECT_EQ(Refusal(Ask("DELETE", "/v1/subscriptions/crm")), "404 SUBSCRIPTION_NOT_FOUND");
}

TEST_F(EventPagesTest, WhatIsWrongIsNamed) {
  WriteTypes(1, 2);
  EXPECT_EQ(Refusal(Ask("GET", Page("after=17"))), "400 CURSOR_MALFORMED");
  EXPECT_EQ(Refusal(Ask("GET", Page("after=" + CursorCodec(kTestKey).Encode(database_.other_tenant(), {})))),
            "403 CURSOR_FORGED");
  EXPECT_EQ(
      Refusal(Ask("GET", Page("after=" + CursorCodec(kTestKey).Encode(database_.tenant(), {NewUuidV7(clock_), 1})))),
      "400 CURSOR_UNKNOWN");
  EXPECT_EQ(Refusal(Ask("GET", Page("pageSize=501"))), "400 PAGE_SIZE_RANGE");
  EXPECT_EQ(Refusal(Ask("GET", Page("waitMs=20001"))), "400 WAIT_RANGE");
  EXPECT_EQ(Refusal(Ask("GET", Page("last=3&after=x"))), "400 LAST_AND_AFTER");
}

}  // namespace
}  // namespace vefa::gateway
