//! Which role the groups of an identity provider give.

use crate::account::Role;

/// The group of which each person is a member.
const EVERYBODY: &str = "*";

/// The roles of groups, such as `admins=owner,devs=developer,*=viewer`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupRoles(Vec<(String, Role)>);

impl GroupRoles {
    /// Parses pairs of a group and a role of an account, separated by commas; `None` if one is malformed, or the list is empty. A
    /// group may contain `=`.
    pub fn parse(text: &str) -> Option<Self> {
        let pairs = text.split(',').map(|pair| {
            let (group, role) = pair.rsplit_once('=')?;
            let role = Role::parse(role.trim()).filter(|role| *role != Role::Support)?;
            let group = group.trim();
            (!group.is_empty()).then(|| (group.to_owned(), role))
        });
        pairs.collect::<Option<Vec<_>>>().map(Self)
    }

    /// Returns the role with the most permissions that one of the groups gives.
    pub fn role_of(&self, groups: &[String]) -> Option<Role> {
        let given = |wanted: Role| {
            self.0.iter().any(|(group, role)| {
                *role == wanted && (group == EVERYBODY || groups.contains(group))
            })
        };
        [Role::Owner, Role::Developer, Role::Viewer]
            .into_iter()
            .find(|role| given(*role))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_role_of_the_groups_counts() {
        let roles = GroupRoles::parse("admins=owner, devs = developer,cn=a=viewer").expect("roles");
        for (groups, role) in [
            (vec!["admins", "devs"], Some(Role::Owner)),
            (vec!["devs", "cn=a"], Some(Role::Developer)),
            (vec!["cn=a"], Some(Role::Viewer)),
            (vec!["Admins", "admin", "*", ""], None),
            (vec![], None),
        ] {
            let groups: Vec<_> = groups.into_iter().map(str::to_owned).collect();
            assert_eq!(roles.role_of(&groups), role, "{groups:?}");
        }
        let with_default = GroupRoles::parse("admins=owner,*=viewer").expect("roles");
        assert_eq!(with_default.role_of(&[]), Some(Role::Viewer));
        assert_eq!(
            with_default.role_of(&["admins".to_owned()]),
            Some(Role::Owner)
        );
    }

    #[test]
    fn roles_that_do_not_exist_are_refused() {
        for bad in [
            "",
            ",",
            "admins",
            "admins=",
            "=owner",
            "a=owner,",
            "a=admin",
            "a=support",
            "a=Owner",
        ] {
            assert_eq!(GroupRoles::parse(bad), None, "{bad:?}");
        }
    }
}
