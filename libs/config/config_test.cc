#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "libs/config/environment.h"

namespace vefa::config {
namespace {

TEST(EnvironmentTest, NamesEveryMistake) {
  setenv("VEFA_T_NUMBER", "12x", 1);
  unsetenv("VEFA_T_MISSING");
  Environment environment;
  EXPECT_EQ(environment.Require("VEFA_T_MISSING"), "");
  EXPECT_EQ(environment.GetInt("VEFA_T_NUMBER", 5, 1, 9), 5);
  Status status = environment.Check();
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().message.find("VEFA_T_MISSING is not set"), std::string::npos);
  EXPECT_NE(status.error().message.find("VEFA_T_NUMBER must be"), std::string::npos);
}

TEST(EnvironmentTest, AnUnknownSettingIsRefused) {
  setenv("VEFA_T_WORKERS", "4", 1);
  setenv("VEFA_T_WROKERS", "4", 1);
  Environment environment;
  environment.GetInt("VEFA_T_WORKERS", 8, 1, 256);
  environment.RefuseUnknown();
  Status status = environment.Check();
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().message.find("VEFA_T_WROKERS is not a setting of this program"), std::string::npos);
  EXPECT_EQ(status.error().message.find("VEFA_T_WORKERS"), std::string::npos);
  unsetenv("VEFA_T_WROKERS");
}

TEST(EnvironmentTest, WhatIsShownHoldsNoPassword) {
  const std::pair<const char*, const char*> cases[] = {
      {"postgresql://me:p@ss@host:5/db", "postgresql://me:***@host:5/db"},
      {"postgresql://me@host/db?password=secret&a=b@c", "postgresql://me@host/db?password=***&a=b@c"},
      {"host=h password=secret dbname=d", "host=h password=*** dbname=d"},
      {"password = 'a b\\' c' host=h", "password = *** host=h"},
      {"host=h sslpassword=secret", "host=h sslpassword=***"},
      {"http://127.0.0.1:18100/a@b", "http://127.0.0.1:18100/a@b"},
      {"127.0.0.1:9092,127.0.0.1:9093", "127.0.0.1:9092,127.0.0.1:9093"}};
  for (const auto& [value, shown] : cases) {
    setenv("VEFA_T_ADDRESS", value, 1);
    Environment environment;
    EXPECT_EQ(environment.Require("VEFA_T_ADDRESS"), value);
    EXPECT_EQ(environment.settings().back().value, shown);
  }
}

TEST(EnvironmentTest, ASecretIsReadAndNotShown) {
  setenv("VEFA_T_SECRET", "authorization=Bearer%20abc", 1);
  Environment environment;
  EXPECT_EQ(environment.GetHidden("VEFA_T_SECRET", "a text"), "authorization=Bearer%20abc");
  EXPECT_EQ(environment.settings().back().name, "VEFA_T_SECRET");
  EXPECT_EQ(environment.settings().back().value, "***");
  unsetenv("VEFA_T_SECRET");
}

TEST(EnvironmentTest, ReadsAKeyFile) {
  std::string path = testing::TempDir() + "vefa_key";
  std::ofstream(path) << "000102030405060708090a0b0c0d0e0f\n";
  setenv("VEFA_T_KEY", path.c_str(), 1);
  Environment environment;
  EXPECT_EQ(environment.RequireKey("VEFA_T_KEY", 16).size(), 16u);
  EXPECT_TRUE(environment.Check().ok());
  EXPECT_EQ(environment.RequireKey("VEFA_T_KEY", 32), "");
  EXPECT_FALSE(environment.Check().ok());
}

}  // namespace
}  // namespace vefa::config
