#include "libs/events/event.h"
#include "libs/http/lines.h"
#include "libs/kafka/producer.h"
#include "services/gateway/gateway_fixture.h"
#include "vefa/contact/v1/contact_events.pb.h"

namespace vefa::gateway {
namespace {

using std::chrono::seconds;

class GatewayStreamTest : public GatewayTest {
 protected:
  std::unique_ptr<http::ClientStream> Open(const std::string& method, const std::string& path, http::Headers headers,
                                           bool with_body, const std::string& query = "") {
    headers.Add("Authorization", "Bearer " + token_);
    auto stream = client_->Open({method, path, query, headers, "", ""}, with_body, Soon());
    VEFA_CHECK_OK(stream);
    return *std::move(stream);
  }
  // Everything to the end.
  std::string Rest(http::ClientStream& stream) {
    std::string text;
    for (auto piece = stream.Read(Soon()); piece.ok() && !piece->empty(); piece = stream.Read(Soon())) text += *piece;
    return text;
  }
};

class ImportStreamTest : public GatewayStreamTest {
 protected:
  static constexpr char kChunk[] = "{\"rows\":[{\"line\":\"1\"},{\"line\":\"2\"}]}\n";
  std::unique_ptr<http::ClientStream> Import() {
    return Open("POST", "/v1/contacts:import", {{"Content-Type", "application/x-ndjson"}}, true);
  }
};

TEST_F(ImportStreamTest, EachLineIsAnsweredWhileTheRequestIsWritten) {
  SignIn("admin@example.com");
  auto stream = Import();
  http::LineCutter lines(1000);
  for (int i = 0; i < 20; ++i) {
    // A line may come in pieces.
    ASSERT_TRUE(stream->Write(std::string_view(kChunk).substr(0, 7), Soon()).ok());
    ASSERT_TRUE(stream->Write(std::string_view(kChunk).substr(7), Soon()).ok());
    if (i == 0) {
      EXPECT_EQ(stream->ReadHead(Soon())->headers.Get("Content-Type"), "application/x-ndjson");
    }
    std::optional<std::string> line;
    while (!line) {
      auto bytes = stream->Read(Soon());
      ASSERT_TRUE(bytes.ok() && !bytes->empty());
      lines.Feed(*bytes);
      line = *lines.Next();
    }
    EXPECT_EQ(nlohmann::json::parse(*line)["contactsCreated"], 2);
  }
  ASSERT_TRUE(stream->FinishWriting(Soon()).ok());
  EXPECT_EQ(Rest(*stream), "");
}

TEST_F(ImportStreamTest, ALastLineNeedsNoEndAndEmptyOnesAreSkipped) {
  SignIn("admin@example.com");
  auto stream = Import();
  ASSERT_TRUE(stream->Write("\n\r\n" + std::string(kChunk) + "{\"rows\":[{}]}", Soon()).ok());
  ASSERT_TRUE(stream->FinishWriting(Soon()).ok());
  ASSERT_EQ(stream->ReadHead(Soon())->status, 200);
  std::string answers = Rest(*stream);
  EXPECT_EQ(std::count(answers.begin(), answers.end(), '\n'), 2) << answers;
}

TEST_F(ImportStreamTest, ABadLineIsTheLastLineAndNamesItself) {
  SignIn("admin@example.com");
  auto stream = Import();
  ASSERT_TRUE(stream->Write(std::string(kChunk) + "{\"rows\":[{\"lin\":1}]}\n" + kChunk, Soon()).ok());
  ASSERT_EQ(stream->ReadHead(Soon())->status, 200);
  std::string answers = Rest(*stream);
  size_t second = answers.find('\n') + 1;
  auto error = nlohmann::json::parse(answers.substr(second))["error"];
  EXPECT_EQ(error["violations"][0]["field"], "rows[0].lin");
  EXPECT_EQ(error["metadata"]["line"], "2");
  EXPECT_EQ(error["status"], 400);
}

TEST_F(ImportStreamTest, AnErrorOfTheServiceBeforeAnyAnswerIsAStatus) {
  SignIn("admin@example.com");
  auto stream = Import();
  ASSERT_TRUE(stream->Write("{}\n", Soon()).ok());
  auto head = stream->ReadHead(Soon());
  EXPECT_EQ(head->status, 400);
  EXPECT_EQ(head->headers.Get("Content-Type"), "application/problem+json");
  EXPECT_EQ(nlohmann::json::parse(Rest(*stream))["reason"], "ROWS_MISSING");
  SignIn("admin@example.com");
  auto later = Import();
  ASSERT_TRUE(later->Write(std::string(kChunk) + "{}\n", Soon()).ok());
  ASSERT_EQ(later->ReadHead(Soon())->status, 200);
  std::string answers = Rest(*later);
  EXPECT_EQ(nlohmann::json::parse(answers.substr(answers.find('\n') + 1))["error"]["reason"], "ROWS_MISSING");
}

TEST_F(ImportStreamTest, AnEndlessLineIsAnErrorNotMemory) {
  SignIn("admin@example.com");
  auto stream = Import();
  std::string piece(1 << 20, 'x');
  Status written = Ok();
  for (int i = 0; i < 10 && written.ok(); ++i) written = stream->Write(piece, Soon());
  EXPECT_EQ(stream->ReadHead(Soon())->status, 400);
  EXPECT_EQ(nlohmann::json::parse(Rest(*stream))["reason"], "LINE_TOO_LONG");
}

TEST_F(ImportStreamTest, NobodyUnknownImports) {
  token_ = "nonsense";
  EXPECT_EQ(Import()->ReadHead(Soon())->status, 401);
  SignIn("viewer@example.com");
  EXPECT_EQ(Import()->ReadHead(Soon())->status, 403);
}

TEST_F(ImportStreamTest, AnEmptyImportIsEmpty) {
  SignIn("admin@example.com");
  auto stream = Import();
  ASSERT_TRUE(stream->FinishWriting(Soon()).ok());
  EXPECT_EQ(stream->ReadHead(Soon())->status, 200);
  EXPECT_EQ(Rest(*stream), "");
}

class EventStreamTest : public GatewayStreamTest {
 protected:
  void Change(Settings& settings) override {
    std::vector<kafka::TopicSpec> topics;
    for (const char* service : {"contact", "interaction", "campaign", "notification"})
      topics.push_back({std::string("vefa.") + service + ".v1", 24, 1});
    auto applied = kafka::ApplyTopics(settings.brokers, topics, Soon());
    VEFA_CHECK_OK(applied);
  }
  void Publish(const Uuid& tenant, int64_t from, int64_t to) {
    std::vector<kafka::Record> records;
    for (int64_t version = from; version <= to; ++version) {
      contact::v1::ContactEvent payload;
      payload.mutable_created()->mutable_state()->set_external_id("e" + std::to_string(version));
      events::Event event;
      event.id = NewUuidV7(clock_);
      event.type = "contact.created";
      event.subject = "contacts/0191e5f0-0000-7000-8000-0123456789ab";
      event.aggregate_version = version;
      event.tenant = tenant;
      event.occur_time = event.record_time = clock_.Now();
      event.payload = payload.SerializeAsString();
      records.push_back(events::ToRecord(event, {"contact", "vefa.contact.v1", "vefa.contact.v1.ContactEvent"}));
    }
    kafka::Producer producer(testing::KafkaBrokers(), "gateway-test");
    std::vector<bool> published = producer.Publish(records, Soon(), [] { return false; });
    ASSERT_EQ(std::count(published.begin(), published.end(), true), static_cast<long>(records.size()));
  }
  // Reads events until `count` have come, or the one of version `until`, or the time is over.
  std::vector<http::ServerSentEvent> Take(http::ClientStream& stream, size_t count, int64_t until = 0) {
    std::vector<http::ServerSentEvent> events;
    std::string wanted = "\"aggregateVersion\":\"" + std::to_string(until) + "\"";
    auto deadline = Deadline::After(seconds(30));
    bool seen = false;
    while (events.size() < count && !seen && !deadline.Passed()) {
      while (auto line = *lines_.Next()) {
        auto event = assembler_.Take(*line);
        if (!event) continue;
        seen = seen || event->data.find(wanted) != std::string::npos;
        events.push_back(*event);
      }
      if (events.size() >= count || seen) break;
      auto bytes = stream.Read(deadline);
      if (!bytes.ok() || bytes->empty()) break;
      lines_.Feed(*bytes);
    }
    return events;
  }
  // A stream that shows what is published from now on: until the gateway reads Kafka nothing does.
  std::unique_ptr<http::ClientStream> Follow(http::Headers headers = {}, const std::string& query = "") {
    lines_ = http::LineCutter(1 << 20);
    assembler_ = {};
    auto stream = Open("GET", "/v1/events:stream", std::move(headers), false, query);
    auto head = stream->ReadHead(Soon());
    EXPECT_EQ(head->status, 200);
    EXPECT_EQ(head->headers.Get("Content-Type"), "text/event-stream");
    return stream;
  }
  http::LineCutter lines_{1 << 20};
  http::EventAssembler assembler_;
};

TEST_F(EventStreamTest, ATenantsEventsComeAsTheyHappenAndOnlyThose) {
  SignIn("admin@example.com");
  auto stream = Follow();
  Publish(database_.other_tenant(), 1, 3);
  Publish(database_.tenant(), 1, 5);
  auto events = Take(*stream, 5);
  ASSERT_EQ(events.size(), 5u);
  for (size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i].type, "contact.created");
    auto data = nlohmann::json::parse(events[i].data);
    EXPECT_EQ(data["tenantId"], database_.tenant().ToString());
    EXPECT_EQ(data["aggregateVersion"], std::to_string(i + 1));
    EXPECT_EQ(data["source"], "/vefa/contact");
    EXPECT_EQ(data["topic"], "vefa.contact.v1");
    EXPECT_EQ(data["payload"]["@type"], "type.googleapis.com/vefa.contact.v1.ContactEvent");
    EXPECT_EQ(data["payload"]["created"]["state"]["externalId"], "e" + std::to_string(i + 1));
  }
}

TEST_F(EventStreamTest, ACursorResumesWithoutLossOrRepeat) {
  SignIn("admin@example.com");
  std::string cursor;
  {
    auto stream = Follow();
    Publish(database_.tenant(), 1, 10);
    auto events = Take(*stream, 4);
    ASSERT_GE(events.size(), 4u);
    cursor = events[3].id;
  }
  Publish(database_.tenant(), 11, 12);
  auto stream = Follow({{"Last-Event-ID", cursor}});
  auto events = Take(*stream, 8);
  ASSERT_EQ(events.size(), 8u);
  EXPECT_EQ(nlohmann::json::parse(events.front().data)["aggregateVersion"], "5");
  EXPECT_EQ(nlohmann::json::parse(events.back().data)["aggregateVersion"], "12");
  auto last = Follow({}, "last=2");
  EXPECT_EQ(nlohmann::json::parse(Take(*last, 1).at(0).data)["aggregateVersion"], "11");
}

TEST_F(EventStreamTest, ACursorOfAnotherProcessOrOneTooOldIsAGap) {
  SignIn("admin@example.com");
  auto foreign = Follow({{"Last-Event-ID", "abcdef-17"}});
  auto events = Take(*foreign, 1);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].type, "gap");
  Publish(database_.tenant(), 1, 3);
  auto live = Take(*foreign, 3);
  ASSERT_EQ(live.size(), 3u);
  Publish(database_.tenant(), 4, 1400);
  // A reader that the ring overtakes is told so; in either case it reaches the newest event.
  auto rest = Take(*foreign, 2000, 1400);
  ASSERT_FALSE(rest.empty());
  EXPECT_NE(rest.back().data.find("\"aggregateVersion\":\"1400\""), std::string::npos);
  auto old = Follow({{"Last-Event-ID", live[0].id}});
  EXPECT_EQ(Take(*old, 1).at(0).type, "gap");
}

TEST_F(EventStreamTest, NobodyUnknownReads) {
  token_ = "nonsense";
  auto stream = Open("GET", "/v1/events:stream", {}, false);
  EXPECT_EQ(stream->ReadHead(Soon())->status, 401);
  EXPECT_EQ(nlohmann::json::parse(Rest(*stream))["reason"], "SESSION_MISSING");
  SignIn("admin@example.com");
  auto bad = Open("GET", "/v1/events:stream", {}, false, "last=many");
  EXPECT_EQ(bad->ReadHead(Soon())->status, 400);
}

TEST_F(EventStreamTest, StoppingEndsTheStreamsAtOnce) {
  SignIn("admin@example.com");
  auto stream = Follow();
  auto started = std::chrono::steady_clock::now();
  std::thread stopper([&] { gateway_->Stop(); });
  Rest(*stream);
  stopper.join();
  EXPECT_LT(std::chrono::steady_clock::now() - started, seconds(8));
}

}  // namespace
}  // namespace vefa::gateway
