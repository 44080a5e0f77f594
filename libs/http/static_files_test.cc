#include "libs/http/static_files.h"

#include <gtest/gtest.h>

#include <fstream>

namespace vefa::http {
namespace {

namespace fs = std::filesystem;

class StaticFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::path(testing::TempDir()) / ("static_" + std::to_string(getpid()));
    Put("web/index.html", "<!doctype html>");
    Put("web/assets/main-BdxU3gqa.js", "code");
    Put("web/assets/main-BdxU3gqa.js.br", "brotli");
    Put("web/assets/main-BdxU3gqa.js.gz", "gzip");
    Put("web/assets/some-readable.css", "a{}");
    Put("web/.env", "secret");
    Put("secret.txt", "secret");
    fs::create_symlink(root_ / "secret.txt", root_ / "web/link.txt");
  }
  void TearDown() override { fs::remove_all(root_); }
  void Put(const std::string& name, const std::string& content) {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name, std::ios::binary) << content;
  }
  static Request Get(Headers headers = {}) { return {"GET", "/", "", std::move(headers), "", ""}; }
  fs::path root_;
};

TEST_F(StaticFilesTest, ServesWithTypeAndEtag) {
  StaticFiles files(root_ / "web");
  auto page = files.Serve(Get(), "/index.html");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->body, "<!doctype html>");
  EXPECT_EQ(page->headers.Get("Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(page->headers.Get("Cache-Control"), "no-cache");
  auto again = files.Serve(Get({{"If-None-Match", std::string(page->headers.Get("ETag"))}}), "/index.html");
  EXPECT_EQ(again->status, 304);
  EXPECT_EQ(again->body, "");
}

TEST_F(StaticFilesTest, HashedNamesAreImmutableAndComeCompressed) {
  StaticFiles files(root_ / "web");
  auto script = files.Serve(Get({{"Accept-Encoding", "gzip, br"}}), "/assets/main-BdxU3gqa.js");
  EXPECT_EQ(script->body, "brotli");
  EXPECT_EQ(script->headers.Get("Content-Encoding"), "br");
  EXPECT_EQ(script->headers.Get("Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(files.Serve(Get({{"Accept-Encoding", "gzip"}}), "/assets/main-BdxU3gqa.js")->body, "gzip");
  EXPECT_EQ(files.Serve(Get(), "/assets/main-BdxU3gqa.js")->body, "code");
  EXPECT_EQ(files.Serve(Get(), "/assets/some-readable.css")->headers.Get("Cache-Control"), "no-cache");
}

TEST_F(StaticFilesTest, NothingOutsideTheFolderIsServed) {
  StaticFiles files(root_ / "web");
  for (const char* path :
       {"/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/assets/../../secret.txt", "//etc/passwd", "/.env",
        "/link.txt", "/index.html%00", "/%", "", "/assets", "/assets/main-BdxU3gqa.js.br"})
    EXPECT_FALSE(files.Serve(Get(), path)) << path;
}

TEST_F(StaticFilesTest, OnlyReadingIsAllowed) {
  StaticFiles files(root_ / "web");
  Request post = Get();
  post.method = "POST";
  EXPECT_EQ(files.Serve(post, "/index.html")->status, 405);
}

TEST_F(StaticFilesTest, AMissingFolderIsEmpty) {
  StaticFiles files(root_ / "nowhere");
  EXPECT_TRUE(files.empty());
  EXPECT_FALSE(files.Serve(Get(), "/index.html"));
}

}  // namespace
}  // namespace vefa::http
