#include "libs/zone/zone.h"

#include <gtest/gtest.h>

#include "libs/base/text.h"

namespace vefa::zone {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

WallTime At(const char* date, std::chrono::microseconds since_midnight) {
  return {DayOf(*ParseTime(date)), since_midnight};
}

TEST(ZoneTest, KnowsTheZonesOfTheSystem) {
  for (const char* name : {"Europe/Istanbul", "UTC", "America/Argentina/Buenos_Aires", "Australia/Lord_Howe"})
    EXPECT_TRUE(IsZone(name)) << name;
  for (const std::string name : {"", "Europe/Atlantis", "../etc/passwd", "europe/istanbul"}) EXPECT_FALSE(IsZone(name)) << name;
  EXPECT_FALSE(IsZone(std::string(1000, 'a')));
  EXPECT_EQ(ToWall("Nowhere", Time{}).error().reason, "ZONE_UNKNOWN");
  EXPECT_EQ(FromWall("Nowhere", {}, Repeated::kEarlier).error().reason, "ZONE_UNKNOWN");
}

TEST(ZoneTest, IstanbulHasStayedAtThreeHours) {
  EXPECT_EQ(*ToWall("Europe/Istanbul", *ParseTime("2026-01-15T22:30:00Z")), At("2026-01-16", hours(1) + minutes(30)));
  EXPECT_EQ(*ToWall("Europe/Istanbul", *ParseTime("2026-07-15T12:00:00Z")), At("2026-07-15", hours(15)));
  // Before 2016 it had a winter time.
  EXPECT_EQ(*ToWall("Europe/Istanbul", *ParseTime("2015-01-15T12:00:00Z")), At("2015-01-15", hours(14)));
}

TEST(ZoneTest, AGapIsItsEndAndWhatComesTwiceIsAsked) {
  // Berlin, 2026-03-29: 02:00 is followed by 03:00.
  for (Repeated repeated : {Repeated::kEarlier, Repeated::kLater})
    EXPECT_EQ(*FromWall("Europe/Berlin", At("2026-03-29", hours(2) + minutes(30)), repeated), *ParseTime("2026-03-29T01:00:00Z"));
  // Berlin, 2026-10-25: 02:30 comes twice.
  EXPECT_EQ(*FromWall("Europe/Berlin", At("2026-10-25", hours(2) + minutes(30)), Repeated::kEarlier),
            *ParseTime("2026-10-25T00:30:00Z"));
  EXPECT_EQ(*FromWall("Europe/Berlin", At("2026-10-25", hours(2) + minutes(30)), Repeated::kLater),
            *ParseTime("2026-10-25T01:30:00Z"));
  // Lord Howe moves by half an hour.
  EXPECT_EQ(*FromWall("Australia/Lord_Howe", At("2026-10-04", hours(2) + minutes(15)), Repeated::kEarlier),
            *ParseTime("2026-10-03T15:30:00Z"));
}

TEST(ZoneTest, ThereAndBackIsTheSameMoment) {
  for (const char* name : {"Europe/Istanbul", "Europe/Berlin", "America/New_York", "America/Santiago", "Africa/Casablanca",
                           "Asia/Kathmandu", "Pacific/Apia"}) {
    // Odd steps over three years meet every change of the clock from both sides.
    for (Time at = *ParseTime("2024-01-01"); at < *ParseTime("2027-01-01"); at += minutes(1237)) {
      WallTime wall = *ToWall(name, at);
      Time earlier = *FromWall(name, wall, Repeated::kEarlier);
      Time later = *FromWall(name, wall, Repeated::kLater);
      EXPECT_TRUE(earlier == at || later == at) << name << " " << ToRfc3339(at);
      EXPECT_LE(earlier, later);
    }
  }
}

TEST(ZoneTest, AStretchOfEveryDayEndsWithTheClockOfItsZone) {
  const DailyStretch night{22 * 60, 8 * 60};
  EXPECT_EQ(EndOfStretch("Europe/Istanbul", night, *ParseTime("2026-03-02T20:30:00Z")), *ParseTime("2026-03-03T05:00:00Z"));
  EXPECT_EQ(EndOfStretch("Europe/Istanbul", night, *ParseTime("2026-03-03T04:59:59Z")), *ParseTime("2026-03-03T05:00:00Z"));
  EXPECT_EQ(EndOfStretch("Europe/Istanbul", night, *ParseTime("2026-03-03T05:00:00Z")), std::nullopt);
  EXPECT_EQ(EndOfStretch("Nowhere", night, *ParseTime("2026-03-02T20:30:00Z")), std::nullopt);
  // Until 02:30 of a night that skips it, and of one that has it twice.
  const DailyStretch late{23 * 60, 2 * 60 + 30};
  EXPECT_EQ(EndOfStretch("Europe/Berlin", late, *ParseTime("2026-03-29T00:00:00Z")), *ParseTime("2026-03-29T01:00:00Z"));
  EXPECT_EQ(EndOfStretch("Europe/Berlin", late, *ParseTime("2026-10-25T00:45:00Z")), *ParseTime("2026-10-25T01:30:00Z"));
}

TEST(ZoneTest, ADayBeginsAtItsFirstMoment) {
  EXPECT_EQ(*StartOfDay("Europe/Istanbul", *ParseTime("2026-03-10T21:30:00Z"), 0), *ParseTime("2026-03-10T21:00:00Z"));
  EXPECT_EQ(*StartOfDay("Europe/Istanbul", *ParseTime("2026-03-10T21:30:00Z"), 6), *ParseTime("2026-03-04T21:00:00Z"));
  // Midnight is skipped, and comes twice.
  EXPECT_EQ(*StartOfDay("Africa/Cairo", *ParseTime("2026-04-24T12:00:00Z"), 0), *ParseTime("2026-04-23T22:00:00Z"));
  EXPECT_EQ(*StartOfDay("America/Havana", *ParseTime("2026-11-01T12:00:00Z"), 0), *ParseTime("2026-11-01T04:00:00Z"));
  EXPECT_EQ(StartOfDay("Nowhere", Time{}, 0).error().reason, "ZONE_UNKNOWN");
}

}  // namespace
}  // namespace vefa::zone
