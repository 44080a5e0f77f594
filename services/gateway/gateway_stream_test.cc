#include "libs/http/lines.h"
#include "services/gateway/gateway_fixture.h"

namespace vefa::gateway {
namespace {

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

}  // namespace
}  // namespace vefa::gateway
