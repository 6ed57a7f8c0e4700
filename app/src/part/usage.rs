//! Charts, figures and breakdowns of usage.

pub mod breakdown;
pub mod by_dimension;
pub mod chart;
pub mod figures;
pub mod key_chart;
pub mod panel;
pub mod picture;
pub mod tools;

pub use breakdown::BreakdownTables;
pub use by_dimension::BreakdownByDimension;
pub use chart::UsageChart;
pub use figures::UsageFigures;
pub use key_chart::KeyChart;
pub use panel::UsagePanel;
pub use picture::ChartPicture;
pub use tools::UsageTools;
