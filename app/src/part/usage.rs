//! Charts, figures and breakdowns of usage.

pub mod breakdown;
pub mod by_dimension;
pub mod chart;
pub mod chart_card;
pub mod figures;
pub mod picture;
pub mod requests_link;
pub mod section;
pub mod tools;

pub use by_dimension::BreakdownByDimension;
pub use chart::UsageChart;
pub use chart_card::ChartCard;
pub use figures::UsageFigures;
pub use picture::ChartPicture;
pub use section::UsageSection;
pub use tools::UsageTools;
