#include <gtest/gtest.h>

#include "libs/telemetry/log.h"

int main(int argc, char** argv) {
  vefa::telemetry::StartLog("test", vefa::telemetry::Level::kError);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
