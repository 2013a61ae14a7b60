Feature: A dry run tells what a refresh would do, and touches nothing

  Whoever looks after unattended integrations wants to know, at any time and at no risk, how each platform's token
  stands. A dry run reads what is stored and judges it. It asks no platform and changes nothing.

  Background:
    Given a machine on which Tokenward keeps these grants
      | grant          | platform |
      | tiktok/brand-a | tiktok   |
      | youtube        | youtube  |
      | crm            | crm      |

  Scenario: Every platform's status is reported
    When I run "tokenward auth refresh all --dry-run"
    Then it ends with exit code 0
    And it reports
      | grant          | found   | would        |
      | tiktok/brand-a | healthy | rotate       |
      | youtube        | healthy | health-check |
      | crm            | healthy | rotate       |
    And no platform received a request
    And nothing on the machine has changed

  Scenario: A grant that nobody consented to is reported, with the way out
    Given "tiktok/brand-b" is configured, but nobody has consented yet
    When I run "tokenward auth refresh all --dry-run"
    Then it ends with exit code 1
    And it reports
      | grant          | found           | would        |
      | tiktok/brand-a | healthy         | rotate       |
      | tiktok/brand-b | reauth-required | re-authorize |
      | youtube        | healthy         | health-check |
      | crm            | healthy         | rotate       |
    And it says "tokenward auth tiktok/brand-b"
    And no platform received a request

  Scenario: The refresh does what the dry run announced
    When I run "tokenward auth refresh all"
    Then it ends with exit code 0
    And it reports
      | grant          | found   |
      | tiktok/brand-a | rotated |
      | youtube        | healthy |
      | crm            | rotated |
    And no token was ever presented twice
